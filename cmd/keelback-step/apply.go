package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/keelback/keelback/internal/rootfs"
)

func applyCommand(flags *flag.FlagSet) func(io.Writer) error {
	tree := flags.String("tree", "", "tree to put over the base")
	out := flags.String("out", "", "rootfs of the base, writable")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("tree", *tree)
		if err != nil {
			return err
		}
		n, err := rootfs.Apply(root, *out)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "apply: %d entries\n", n)
		return nil
	}
}
