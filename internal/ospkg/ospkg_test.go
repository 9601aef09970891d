package ospkg_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// Each case has a base and a builder, and the paths to `copy` from it; `named` are
// packages to record all the same. The files of the databases that change are what
// the case says under `out/`.
func TestRecord(t *testing.T) {
	golden.Run(t, "testdata/record", func(t *testing.T, c *golden.Case) {
		base, builder := open(t, c.Files("base/")), open(t, c.Files("builder/"))
		layer := rootfs.NewLayer(base)
		paths, _ := c.Input("copy")
		for _, name := range strings.Fields(string(paths)) {
			if err := layer.Copy(builder, name); err != nil {
				t.Fatal(err)
			}
		}
		named, _ := c.Input("named")
		added, err := record(layer, base, builder, strings.Fields(string(named)))
		if err != nil {
			c.Compare("error", []byte(err.Error()))
			return
		}
		c.Compare("packages", []byte(strings.Join(added, " ")))
		var list strings.Builder
		for _, e := range layer.Entries() {
			if e.From != "" || e.Mode.IsDir() {
				continue
			}
			fmt.Fprintf(&list, "%v %d:%d %s\n", e.Mode, e.UID, e.GID, e.Path)
			text, err := e.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			c.Compare("out"+e.Path, text)
		}
		c.Compare("written", []byte(list.String()))
	})
}

func record(layer *rootfs.Layer, base, builder *rootfs.Root, named []string) ([]string, error) {
	to, err := ospkg.Open(base)
	if err != nil {
		return nil, err
	}
	from, err := ospkg.Open(builder)
	if err != nil {
		return nil, err
	}
	return from.Record(layer, to, named...)
}

func open(t *testing.T, files map[string][]byte) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Make(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestOwnersAreFoundByEitherNameOfAPath(t *testing.T) {
	t.Parallel()
	db, err := ospkg.Open(open(t, map[string][]byte{
		"lib -> usr/lib":                    nil,
		"var/lib/dpkg/status":               []byte("Package: libz\nStatus: install ok installed\n\nPackage: gone\nStatus: deinstall ok config-files\n"),
		"var/lib/dpkg/info/libz:amd64.list": []byte("/.\n/lib\n/lib/libz.so.1\n/usr/lib/libq.so\n/opt/libz\n"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/lib/libz.so.1": "libz", "/usr/lib/libz.so.1": "libz", "/lib/libq.so": "libz", "/usr/lib/libq.so": "libz",
		"/opt/libz": "libz", "/usr/opt/libz": "", "/usr/lib/other": "",
	} {
		if got, _ := db.Owner(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := db.Files("libz"); strings.Join(got, " ") != "/. /lib /lib/libz.so.1 /opt/libz /usr/lib/libq.so" {
		t.Errorf("got %q", got)
	}
}

func TestOwnersInADistrolessImage(t *testing.T) {
	t.Parallel()
	db, err := ospkg.Open(open(t, map[string][]byte{
		"var/lib/dpkg/status.d/libc6":         []byte("Package: libc6\nVersion: 1\n"),
		"var/lib/dpkg/status.d/libc6.md5sums": []byte("0123  usr/lib/libc.so.6\n"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := db.Owner("/lib/libc.so.6"); got != "libc6" {
		t.Errorf("got %q, want libc6", got)
	}
}
