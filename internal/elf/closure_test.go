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
// each line of `programs` is one, with the objects that it may open, with a question
// mark behind those that it can do without. What is added to the final tree, what is
// missing and what is noted has to be as the case says. With `check` no builder is
// given to it.
func TestClosure(t *testing.T) {
	golden.Run(t, "testdata/closure", func(t *testing.T, c *golden.Case) {
		final := rootfs.NewLayer(open(t, c.Files("final/")))
		builder := open(t, c.Files("builder/"))
		if _, ok := c.Input("check"); ok {
			builder = nil
		}
		closure := elf.NewClosure(final, builder)
		programs, _ := c.Input("programs")
		for line := range strings.Lines(string(programs)) {
			words := strings.Fields(line)
			var opened []elf.Object
			for _, w := range words[1:] {
				name, optional := strings.CutSuffix(w, "?")
				opened = append(opened, elf.Object{Path: name, Required: !optional})
			}
			if err := closure.Program(words[0], opened...); err != nil {
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
			fmt.Fprintln(&missing, describe(m))
		}
		c.Compare("added", []byte(added.String()))
		c.Compare("missing", []byte(missing.String()))
		c.Compare("notes", []byte(strings.Join(closure.Notes(), "\n")))
		c.Compare("warnings", []byte(strings.Join(closure.Warnings(), "\n")))
	})
}

func describe(m elf.Missing) string {
	text := fmt.Sprintf("%s: needed by %s", m.Library, m.File)
	if m.Version != "" {
		text = fmt.Sprintf("%s of %s: needed by %s, %s has up to %s", m.Version, m.Library, m.File, m.Found, m.Newest)
	}
	if m.Optional {
		text += " (optional)"
	}
	return text
}

func open(t *testing.T, files map[string][]byte) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Make(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return root
}
