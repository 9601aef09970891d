package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slice"
)

func runtimeCommand(flags *flag.FlagSet) func(io.Writer) error {
	base := flags.String("base", "", "rootfs of the runtime base")
	builder := flags.String("builder", "", "rootfs of the builder")
	venvs := list(flags, "venv", "tree with the virtual environment, or a part of it, at its place (repeatable)")
	packages := flags.String("packages", "", "tree with the system packages of the runtime, which the base has too")
	family := flags.String("family", "", "alpine or distroless: what the base has to be")
	slimming := addSlimFlags(flags).addNamed(flags)
	reportFile := flags.String("report", "", "file for what the layer has and what was left out, in a directory that is there")
	out := flags.String("out", "", "directory for the tree to lay over the base")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		baseRoot, err := open("base", *base)
		if err != nil {
			return err
		}
		builderRoot, err := open("builder", *builder)
		if err != nil {
			return err
		}
		var trees []*rootfs.Root
		for _, dir := range *venvs {
			tree, err := open("venv", dir)
			if err != nil {
				return err
			}
			trees = append(trees, tree)
		}
		slimmer, err := slimming.slimmer()
		if err != nil {
			return err
		}
		opt := slice.Options{Base: baseRoot, Builder: builderRoot, Venvs: trees, Family: *family, Slim: slimmer}
		if *packages != "" {
			if opt.Packages, err = open("packages", *packages); err != nil {
				return err
			}
		}
		r, err := slice.Runtime(opt)
		if err != nil {
			return err
		}
		for _, note := range r.Notes {
			fmt.Fprintf(stderr, "runtime: note: %s\n", note)
		}
		for _, warning := range r.Warnings {
			fmt.Fprintf(stderr, "runtime: warning: %s\n", warning)
		}
		files, bytes := total(r.Layer)
		fmt.Fprintf(stderr, "runtime: Python %s at %s; %d files, %s; packages: %s\n",
			r.Interpreter.Version, r.Interpreter.Path, files, size(bytes), strings.Join(r.Packages, " "))
		if err := r.Layer.Write(*out); err != nil {
			return err
		}
		return writeReport(*reportFile, report.Layer{
			Files: files, Bytes: bytes, Removed: r.Removed, Warnings: r.Warnings,
			Parts: []report.Part{{Name: "Python " + r.Interpreter.Version, Bytes: bytes}},
		})
	}
}
