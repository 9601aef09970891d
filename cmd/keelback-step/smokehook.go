package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/smoke"
)

func smokeHookCommand(flags *flag.FlagSet) func(io.Writer) error {
	version := flags.String("python", "", "version of Python, MAJOR.MINOR")
	out := flags.String("out", "", "directory for the tree to lay over the image while smoke --record runs")
	return func(io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		if !minorVersion.MatchString(*version) {
			return fmt.Errorf("--python: %q is not a version, such as 3.13", *version)
		}
		layer := rootfs.NewLayer(nil)
		for _, e := range smoke.Hook(*version, smoke.RecordFile) {
			if err := layer.Add(e); err != nil {
				return err
			}
		}
		return layer.Write(*out)
	}
}
