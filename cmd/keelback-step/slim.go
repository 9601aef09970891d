package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/slim"
)

// slimFlags are the flags of commands that leave files out.
type slimFlags struct {
	level      *string
	keep, drop *[]string
	named      *[]string
}

func addSlimFlags(flags *flag.FlagSet) slimFlags {
	return slimFlags{
		level: flags.String("slim", string(slim.None), "how much is left out: none, safe or max"),
		keep:  list(flags, "slim-keep", "glob of files that stay (repeatable)"),
		drop:  list(flags, "slim-drop", "glob of files that are left out (repeatable)"),
	}
}

// addNamed adds the flag for what the search found.
func (f slimFlags) addNamed(flags *flag.FlagSet) slimFlags {
	f.named = list(flags, "named", "file with what is imported or named, a glob a line (repeatable; default: nothing was searched)")
	return f
}

// options are what the flags say.
func (f slimFlags) options() (slim.Options, error) {
	opt := slim.Options{Level: slim.Level(*f.level), Keep: *f.keep, Drop: *f.drop}
	if f.named == nil {
		opt.Named = []string{} // the command searches itself
		return opt, nil
	}
	if len(*f.named) > 0 {
		opt.Named = []string{} // searched, and perhaps nothing was found
	}
	for _, name := range *f.named {
		text, err := os.ReadFile(name)
		if err != nil {
			return opt, fmt.Errorf("--named: %w", err)
		}
		opt.Named = append(opt.Named, strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })...)
	}
	return opt, nil
}

// slimmer is what the flags ask for.
func (f slimFlags) slimmer() (*slim.Slimmer, error) {
	opt, err := f.options()
	if err != nil {
		return nil, err
	}
	s, err := slim.New(opt)
	if err != nil {
		return nil, fmt.Errorf("--slim: %w", err)
	}
	return s, nil
}

// writeReport writes the report that a flag asks for.
func writeReport(file string, layer report.Layer) error {
	if file == "" {
		return nil
	}
	return layer.Write(file)
}
