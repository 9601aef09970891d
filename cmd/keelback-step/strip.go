package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/keelback/keelback/internal/python"
)

func stripCommand(flags *flag.FlagSet) func(io.Writer) error {
	venv := flags.String("venv", "", "virtual environment, or a part of one")
	keep := list(flags, "keep", "package to keep, of pip, setuptools and wheel (repeatable)")
	natives := flags.String("natives", "", "directory that gets the same when the environment has native code, else nothing")
	out := flags.String("out", "", "directory that gets "+python.Venv)
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("venv", *venv)
		if err != nil {
			return err
		}
		s, err := python.Strip(root, *keep)
		if err != nil {
			return err
		}
		files, bytes := total(s.Layer)
		fmt.Fprintf(stderr, "strip: %d files, %s; left out %d files, %s", files, size(bytes), s.Files, size(s.Bytes))
		if len(s.Tools) > 0 {
			fmt.Fprintf(stderr, " (%s)", strings.Join(s.Tools, ", "))
		}
		fmt.Fprintln(stderr)
		if *natives != "" && s.Native {
			if err := s.Layer.Write(*natives); err != nil {
				return err
			}
		}
		return s.Layer.Write(*out)
	}
}
