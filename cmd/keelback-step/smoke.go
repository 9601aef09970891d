package main

import (
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/smoke"
)

func smokeCommand(flags *flag.FlagSet) func(io.Writer) error {
	plan := flags.String("plan", "", "what to try, in JSON")
	removed := list(flags, "removed", "report of a step that left files out (repeatable)")
	record := flags.Bool("record", false, "list the bytecode that the service asks for; its image has what smoke-hook writes")
	trees := list(flags, "trees", "with --record: NAME=DIR: tree with bytecode, in the layout of the image (repeatable)")
	out := flags.String("out", "", "with --record: directory for the lists, NAME/list")
	return func(stderr io.Writer) error {
		p, err := smoke.ParsePlan([]byte(*plan))
		if err != nil {
			return err
		}
		opt := smoke.Options{Plan: p, Env: os.Environ(), Log: stderr}
		for _, file := range *removed {
			layer, err := report.Read(file)
			if err != nil {
				return err
			}
			opt.Removed = append(opt.Removed, layer)
		}
		if opt.Recording, err = recording(*record, *trees, *out); err != nil {
			return err
		}
		return smoke.Run(opt)
	}
}

// recording is what the flags ask to record, or nil.
func recording(record bool, trees []string, out string) (*smoke.Recording, error) {
	if !record {
		if len(trees) > 0 || out != "" {
			return nil, errors.New("--trees, --out: only with --record")
		}
		return nil, nil
	}
	if err := checkOut(out); err != nil {
		return nil, err
	}
	dirs, err := pairs("trees", trees)
	if err != nil {
		return nil, err
	}
	r := &smoke.Recording{File: smoke.RecordFile, Out: out}
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		r.Trees = append(r.Trees, smoke.Tree{Name: name, Dir: dirs[name]})
	}
	return r, nil
}
