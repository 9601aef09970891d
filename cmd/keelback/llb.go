package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// dumpRequest asks the frontend for the graph instead of a build.
const dumpRequest = "keelback.llb"

func (a *app) llbCommand() *cobra.Command {
	f := struct {
		inputs
		solver
	}{}
	cmd := &cobra.Command{
		Use:   "llb [DIR]",
		Short: "Print the build graph",
		Long:  "Print what keelback would build, as BuildKit's ops in the order of the graph.\nNothing is built, but images and the context are looked at by BuildKit.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.dir = dirOf(args)
			return a.runLLB(cmd.Context(), &f.inputs, &f.solver)
		},
	}
	f.inputs.addFlags(cmd.Flags())
	f.solver.addFlags(cmd.Flags(), a.env)
	return cmd
}

func (a *app) runLLB(ctx context.Context, in *inputs, s *solver) error {
	if !in.remote() {
		if _, err := in.readSpec(a.env); err != nil {
			return err
		}
	}
	opt, err := a.solveOpt(in)
	if err != nil {
		return err
	}
	opt.FrontendAttrs["requestid"] = dumpRequest
	answer, err := a.solve(ctx, s, opt)
	if mistakes, ok := asSpecError(err, nil); ok {
		return mistakes
	}
	if err != nil {
		return err
	}
	text, ok := answer.metadata["result.txt"]
	if !ok {
		return errors.New("the frontend gave no graph")
	}
	_, err = a.stdout.Write(text)
	return err
}
