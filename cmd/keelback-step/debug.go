package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/keelback/keelback/internal/slice"
)

func debugCommand(flags *flag.FlagSet) func(io.Writer) error {
	image := flags.String("rootfs", "", "rootfs of the finished image")
	builder := flags.String("builder", "", "rootfs of the builder")
	out := flags.String("out", "", "directory for the tree to lay over the image")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		imageRoot, err := open("rootfs", *image)
		if err != nil {
			return err
		}
		builderRoot, err := open("builder", *builder)
		if err != nil {
			return err
		}
		r, err := slice.Debug(imageRoot, builderRoot)
		if err != nil {
			return err
		}
		for _, note := range r.Notes {
			fmt.Fprintf(stderr, "debug: note: %s\n", note)
		}
		files, bytes := total(r.Layer)
		fmt.Fprintf(stderr, "debug: %d files, %s; packages: %s\n", files, size(bytes), strings.Join(r.Packages, " "))
		return r.Layer.Write(*out)
	}
}
