package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keelback/keelback/frontend"
)

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
	text, err := a.request(ctx, in, s, frontend.RequestLLB)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
