package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/smoke"
)

func smokeCommand(flags *flag.FlagSet) func(io.Writer) error {
	plan := flags.String("plan", "", "file with what to try, in JSON")
	removed := flags.String("removed", "", "directory of directories with report.json: what was left out")
	record := flags.Bool("record", false, "list the bytecode that the service asks for; its image has what smoke-hook writes")
	trees := flags.String("trees", "", "with --record: directory of trees with bytecode, in the layout of the image")
	out := flags.String("out", "", "directory for result.json, and for the lists, NAME/list")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		data, err := os.ReadFile(*plan)
		if err != nil {
			return fmt.Errorf("--plan: %w", err)
		}
		p, err := smoke.ParsePlan(data)
		if err != nil {
			return err
		}
		opt := smoke.Options{Plan: p, Env: os.Environ(), Log: stderr}
		if opt.Removed, err = reports(*removed); err != nil {
			return fmt.Errorf("--removed: %w", err)
		}
		if *record {
			opt.Recording = &smoke.Recording{File: smoke.RecordFile, Out: *out}
			dirs, err := directories(*trees)
			if err != nil {
				return fmt.Errorf("--trees: %w", err)
			}
			for _, dir := range dirs {
				opt.Recording.Trees = append(opt.Recording.Trees, smoke.Tree{Name: filepath.Base(dir), Dir: dir})
			}
		}
		result, err := smoke.Run(opt)
		if err != nil {
			return err
		}
		return result.Write(filepath.Join(*out, "result.json"))
	}
}

// reports are those in a directory of directories.
func reports(dir string) ([]*report.Layer, error) {
	dirs, err := directories(dir)
	if err != nil {
		return nil, err
	}
	var all []*report.Layer
	for _, dir := range dirs {
		l, err := report.Read(filepath.Join(dir, "report.json"))
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// directories are those in a directory, sorted. An empty name has none.
func directories(dir string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range list {
		if e.IsDir() {
			all = append(all, filepath.Join(dir, e.Name()))
		}
	}
	return all, nil
}
