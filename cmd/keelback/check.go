package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/keelback/keelback/internal/lock"
)

func (a *app) checkCommand() *cobra.Command {
	in := &inputs{}
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Check a spec without building",
		Long:  "Check a spec, and the files of the context that the build would read first. Nothing\nis built and no daemon is needed. The exit code is 2 when there is a mistake.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.dir = dirOf(args)
			return a.runCheck(cmd.Context(), in)
		},
	}
	cmd.Flags().StringVarP(&in.file, "file", "f", "", `spec to check (default "DIR/`+specName+`")`)
	cmd.Flags().StringArrayVar(&in.args, "build-arg", nil, "value of an argument that the spec declares: NAME=VALUE, or NAME to take it from the environment")
	return cmd
}

func (a *app) runCheck(ctx context.Context, in *inputs) error {
	s, err := in.readSpec(a.env)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(in.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	files, err := lock.OpenDir(root, in.specFile())
	if err != nil {
		return err
	}
	if _, err := lock.Load(ctx, s, files); err != nil {
		return mistaken(err, s.Data())
	}
	fmt.Fprintf(a.stdout, "%s: no mistakes\n", in.specFile())
	return nil
}
