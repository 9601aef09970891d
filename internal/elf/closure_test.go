package elf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// Each case has a final tree and a builder, and the programs of the final tree:
// each line of `programs` is one, with the objects that it may open. What is added
// to the final tree, what is missing and what is noted has to be as the case says.
func TestClosure(t *testing.T) {
	golden.Run(t, "testdata/closure", func(t *testing.T, c *golden.Case) {
		final := rootfs.NewLayer(open(t, c.Files("final/")))
		closure := elf.NewClosure(final, open(t, c.Files("builder/")))
		programs, _ := c.Input("programs")
		for line := range strings.Lines(string(programs)) {
			words := strings.Fields(line)
			if err := closure.Program(words[0], words[1:]...); err != nil {
				t.Fatal(err)
			}
		}
		var added, missing strings.Builder
		for _, e := range final.Entries() {
			switch {
			case e.IsLink():
				fmt.Fprintf(&added, "%s -> %s\n", e.Path, e.Link)
			case !e.Mode.IsDir():
				fmt.Fprintln(&added, e.Path)
			}
		}
		for _, m := range closure.Missing() {
			fmt.Fprintf(&missing, "%s: needed by %s\n", m.Library, m.File)
		}
		c.Compare("added", []byte(added.String()))
		c.Compare("missing", []byte(missing.String()))
		c.Compare("notes", []byte(strings.Join(closure.Notes(), "\n")))
	})
}

func open(t *testing.T, files map[string][]byte) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Make(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return root
}
