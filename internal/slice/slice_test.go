package slice_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/slice"
	"github.com/keelback/keelback/internal/slim"
)

// Each case has a base, a builder, and the trees of the virtual environment and of the
// service; what of the base came with packages that the spec names is there again in
// packages/; with `whole` no rule leaves anything out. What is written, or the error, has to be as the case says.
func TestRuntime(t *testing.T) {
	golden.Run(t, "testdata/runtime", func(t *testing.T, c *golden.Case) {
		opt := slice.Options{Base: open(t, c.Files("base/")), Builder: open(t, c.Files("builder/"))}
		for _, name := range []string{"venv/", "project/", "app/"} {
			if files := c.Files(name); len(files) > 0 {
				opt.Venvs = append(opt.Venvs, open(t, files))
			}
		}
		if files := c.Files("packages/"); len(files) > 0 {
			opt.Packages = open(t, files)
		}
		if _, ok := c.Input("whole"); !ok {
			var err error
			if opt.Slim, err = slim.New(slim.Options{Level: slim.Safe}); err != nil {
				t.Fatal(err)
			}
		}
		family, _ := c.Input("family")
		opt.Family = strings.TrimSpace(string(family))
		r, err := slice.Runtime(opt)
		compare(t, c, r, err)
	})
}

// Each case has a finished image and a builder.
func TestDebug(t *testing.T) {
	golden.Run(t, "testdata/debug", func(t *testing.T, c *golden.Case) {
		r, err := slice.Debug(open(t, c.Files("image/")), open(t, c.Files("builder/")))
		compare(t, c, r, err)
	})
}

func compare(t *testing.T, c *golden.Case, r *slice.Result, err error) {
	t.Helper()
	rootfstest.NeedsRoot(t)
	if err != nil {
		c.Compare("error", []byte(err.Error()))
		return
	}
	c.Compare("error", nil)
	out := filepath.Join(t.TempDir(), "out")
	if err := r.Layer.Write(out); err != nil {
		t.Fatal(err)
	}
	c.Compare("written", []byte(rootfstest.List(t, out)))
	c.Compare("packages", []byte(strings.Join(r.Packages, " ")))
	c.Compare("notes", []byte(strings.Join(r.Notes, "\n")))
	c.Compare("warnings", []byte(strings.Join(r.Warnings, "\n")))
}

func open(t *testing.T, files map[string][]byte) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Make(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return root
}
