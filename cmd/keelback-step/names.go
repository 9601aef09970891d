package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/keelback/keelback/internal/slim/scan"
)

func namesCommand(flags *flag.FlagSet) func(io.Writer) error {
	file := flags.String("candidates", "", "file that scan wrote: what nothing names so far")
	app := flags.String("app", "", "tree with the service's own files")
	texts := list(flags, "text", "what the service has outside of its files: its command, modules (repeatable)")
	out := flags.String("out", "", "directory for GROUP/named of each group")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("app", *app)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(*file)
		if err != nil {
			return fmt.Errorf("--candidates: %w", err)
		}
		var candidates scan.Candidates
		if err := json.Unmarshal(data, &candidates); err != nil {
			return fmt.Errorf("--candidates: %s: %w", *file, err)
		}
		named, err := scan.Service(candidates, root, *texts)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "names: the service names %d of %d\n", count(named), len(candidates.Units))
		layer, err := namedLayer(named)
		if err != nil {
			return err
		}
		return layer.Write(*out)
	}
}
