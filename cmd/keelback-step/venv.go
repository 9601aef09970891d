package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/keelback/keelback/internal/python"
)

func venvCommand(flags *flag.FlagSet) func(io.Writer) error {
	builder := flags.String("builder", "", "rootfs of the builder")
	version := flags.String("python", "", "version of Python, MAJOR.MINOR or MAJOR.MINOR.PATCH")
	out := flags.String("out", "", "directory for the tree, with the environment in "+python.Venv)
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("builder", *builder)
		if err != nil {
			return err
		}
		i, err := python.Find(root, *version, programDirs())
		if err != nil {
			return err
		}
		layer, err := python.NewVenv(i)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "venv: Python %s at %s\n", i.Version, i.Path)
		return layer.Write(*out)
	}
}

// programDirs are where Python images have their interpreter, and then the PATH
// that the build gives to this step.
func programDirs() []string {
	dirs := []string{"/usr/local/bin", "/usr/bin"}
	for _, dir := range strings.Split(os.Getenv("PATH"), ":") {
		if strings.HasPrefix(dir, "/") {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
