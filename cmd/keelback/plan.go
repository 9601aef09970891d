package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keelback/keelback/frontend"
)

const planHelp = `Print what the image of the service in DIR is made of: its layers, the biggest packages,
and each file that was left out, by which rule, and how many bytes that saves.

The layers are built for it; nothing is written, and the image is not tried. With
bytecode: imported the service is started, to see what it imports.`

func (a *app) planCommand() *cobra.Command {
	f := struct {
		inputs
		solver
	}{}
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Print what is in the image, and what was left out",
		Long:  planHelp,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.dir = dirOf(args)
			return a.runPlan(cmd.Context(), &f.inputs, &f.solver)
		},
	}
	f.inputs.addFlags(cmd.Flags())
	f.solver.addFlags(cmd.Flags(), a.env)
	return cmd
}

func (a *app) runPlan(ctx context.Context, in *inputs, s *solver) error {
	text, err := a.request(ctx, in, s, frontend.RequestPlan)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
