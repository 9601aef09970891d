package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
)

func packagesCommand(flags *flag.FlagSet) func(io.Writer) error {
	base := flags.String("base", "", "rootfs of the runtime base, which has no package manager")
	builder := flags.String("builder", "", "rootfs of a Debian of the same release, in which the packages are installed")
	names := list(flags, "package", "NAME or NAME=VERSION of a package of Debian (repeatable)")
	reportFile := flags.String("report", "", "file for what the layer has, in a directory that is there")
	out := flags.String("out", "", "directory for the tree to lay over the base")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		if len(*names) == 0 {
			return errors.New("--package: none is given")
		}
		baseRoot, err := open("base", *base)
		if err != nil {
			return err
		}
		builderRoot, err := open("builder", *builder)
		if err != nil {
			return err
		}
		var bare []string
		for _, n := range *names {
			name, _, _ := strings.Cut(n, "=")
			bare = append(bare, name)
		}
		l := rootfs.NewLayer(baseRoot)
		s, err := ospkg.Select(l, baseRoot, builderRoot, bare)
		if err != nil {
			return err
		}
		for _, note := range s.Notes {
			fmt.Fprintf(stderr, "packages: note: %s\n", note)
		}
		files, bytes := total(l)
		fmt.Fprintf(stderr, "packages: %d files, %s: %s\n", files, size(bytes), strings.Join(s.Packages, " "))
		if err := l.Write(*out); err != nil || *reportFile == "" {
			return err
		}
		layer := report.Layer{Files: files, Bytes: bytes}
		for _, name := range s.Packages {
			layer.Parts = append(layer.Parts, report.Part{Name: name, Bytes: s.Bytes[name]})
		}
		return layer.Write(*reportFile)
	}
}
