package ospkg_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// Each case has a base and a builder, and the packages to take from it. What is
// written, the records among it, or the error has to be as the case says.
func TestSelect(t *testing.T) {
	golden.Run(t, "testdata/select", func(t *testing.T, c *golden.Case) {
		rootfstest.NeedsRoot(t)
		base, builder := open(t, c.Files("base/")), open(t, c.Files("builder/"))
		names, _ := c.Input("names")
		layer := rootfs.NewLayer(base)
		s, err := ospkg.Select(layer, base, builder, strings.Fields(string(names)))
		if err != nil {
			c.Compare("error", []byte(err.Error()))
			return
		}
		c.Compare("error", nil)
		out := filepath.Join(t.TempDir(), "out")
		if err := layer.Write(out); err != nil {
			t.Fatal(err)
		}
		c.Compare("packages", []byte(strings.Join(s.Packages, " ")))
		c.Compare("written", []byte(rootfstest.List(t, out)))
		c.Compare("notes", []byte(strings.Join(s.Notes, "\n")))
		var sizes strings.Builder
		for _, name := range slices.Sorted(maps.Keys(s.Bytes)) {
			fmt.Fprintf(&sizes, "%s %d\n", name, s.Bytes[name])
		}
		c.Compare("bytes", []byte(sizes.String()))
	})
}
