package main

import (
	"flag"
	"fmt"
	"path"
	"path/filepath"

	"github.com/keelback/keelback/internal/rootfs"
)

// list is a flag that may be repeated.
func list(flags *flag.FlagSet, name, usage string) *[]string {
	var out []string
	flags.Func(name, usage, func(v string) error {
		out = append(out, v)
		return nil
	})
	return &out
}

// open opens a directory given by a flag.
func open(name, dir string) (*rootfs.Root, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("--%s: %q is not an absolute path", name, dir)
	}
	root, err := rootfs.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", name, err)
	}
	return root, nil
}

// checkOut checks the directory to write into.
func checkOut(dir string) error {
	if !path.IsAbs(dir) {
		return fmt.Errorf("--out: %q is not an absolute path", dir)
	}
	return nil
}

// size is a number of bytes as people read it.
func size(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// total counts the files of a layer, and their bytes.
func total(l *rootfs.Layer) (files int, bytes int64) {
	for _, e := range l.Entries() {
		if !e.Mode.IsDir() {
			files++
			bytes += e.Size
		}
	}
	return files, bytes
}
