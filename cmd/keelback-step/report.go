package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
)

func reportCommand(flags *flag.FlagSet) func(io.Writer) error {
	base := flags.String("base", "", "rootfs of the runtime base")
	layers := list(flags, "layer", "DIR=NAME: tree of a layer, in order (repeatable)")
	reports := list(flags, "report", "DIR=FILE: what a step said of its layer (repeatable)")
	out := flags.String("out", "", "directory for report.json")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		said, err := pairs("report", *reports)
		if err != nil {
			return err
		}
		m := &report.Image{}
		for _, l := range append([]string{*base + "=the base"}, *layers...) {
			dir, name, _ := strings.Cut(l, "=")
			layer, err := measured(name, dir, take(said, dir))
			if err != nil {
				return err
			}
			m.Add(layer)
		}
		if len(said) > 0 {
			return fmt.Errorf("--report: no --layer is %s", slices.Min(slices.Collect(maps.Keys(said))))
		}
		fmt.Fprintf(stderr, "report: %s on disk in %d files, %d packages\n", size(m.Size), m.Files, m.Packages)
		fmt.Fprintf(stderr, "slim: %s\n", m.Slim())
		for _, w := range m.Warnings() {
			fmt.Fprintf(stderr, "warning: %s\n", w)
		}
		data, err := m.Encode()
		if err != nil {
			return err
		}
		return writeOne(*out, "report.json", data)
	}
}

// measured is the report of a layer, with what its tree has.
func measured(name, dir, file string) (*report.Layer, error) {
	l := &report.Layer{}
	if file != "" {
		var err error
		if l, err = report.Read(file); err != nil {
			return nil, err
		}
	}
	l.Name, l.Files, l.Bytes = name, 0, 0
	root, err := open("layer", dir)
	if err != nil {
		return nil, err
	}
	return l, root.Walk("/", func(e rootfs.Entry) error {
		if !e.Mode.IsDir() {
			l.Files++
		}
		if e.Mode.IsRegular() {
			l.Bytes += e.Size
		}
		return nil
	})
}

// writeOne writes a tree of one file.
func writeOne(out, name string, data []byte) error {
	l := rootfs.NewLayer(nil)
	if err := l.Add(rootfs.NewFile(filepath.Join("/", name), 0o644, data)); err != nil {
		return err
	}
	return l.Write(out)
}
