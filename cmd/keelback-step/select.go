package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

func selectCommand(flags *flag.FlagSet) func(io.Writer) error {
	tree := flags.String("tree", "", "tree to take files from")
	lists := list(flags, "list", "file with paths, one in a line, or directory in which each file `list` is one (repeatable)")
	out := flags.String("out", "", "directory for the tree with those of the files that are there")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("tree", *tree)
		if err != nil {
			return err
		}
		var names []string
		for _, name := range *lists {
			more, err := readLists(name)
			if err != nil {
				return fmt.Errorf("--list: %w", err)
			}
			names = append(names, more...)
		}
		l, err := selectFiles(root, names)
		if err != nil {
			return err
		}
		files, bytes := total(l)
		fmt.Fprintf(stderr, "select: %d files, %s\n", files, size(bytes))
		return l.Write(*out)
	}
}

// readLists reads the lines of a file, or of all files `list` in a directory.
func readLists(name string) ([]string, error) {
	var lines []string
	err := filepath.WalkDir(name, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || file != name && e.Name() != "list" {
			return err
		}
		text, err := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
		return err
	})
	return lines, err
}

// selectFiles is the layer with some of a tree's files, in directories that are as the
// tree has them.
func selectFiles(root *rootfs.Root, names []string) (*rootfs.Layer, error) {
	l := rootfs.NewLayer(nil)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		e, err := root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // on the list of another layer
		}
		if err != nil {
			return nil, err
		}
		if err := l.Add(e); err != nil {
			return nil, err
		}
	}
	for _, e := range l.Entries() {
		if !e.Mode.IsDir() || e.Path == "/" {
			continue
		}
		like, err := root.Lstat(e.Path)
		if err != nil {
			return nil, err
		}
		if err := l.Add(like); err != nil {
			return nil, err
		}
	}
	return l, nil
}
