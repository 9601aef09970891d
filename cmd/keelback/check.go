package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) checkCommand() *cobra.Command {
	in := &inputs{}
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Check a spec without building",
		Long:  "Check a spec, and the files of the context that the build would read first. Nothing\nis built and no daemon is needed. The exit code is 2 when there is a mistake.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in.dir = dirOf(args)
			if _, err := in.readSpec(a.env); err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s: no mistakes\n", in.specFile())
			return nil
		},
	}
	cmd.Flags().StringVarP(&in.file, "file", "f", "", `spec to check (default "DIR/`+specName+`")`)
	cmd.Flags().StringArrayVar(&in.args, "build-arg", nil, "value of an argument that the spec declares: NAME=VALUE, or NAME to take it from the environment")
	return cmd
}
