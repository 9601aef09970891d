package python_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func open(t *testing.T, archive string) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Text(t, archive))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

const (
	// official is laid out as the images of docker.io/library/python are.
	official = `
-- usr/local/bin/python3.13 elf --
-- usr/local/bin/python3 -> python3.13 --
-- usr/local/bin/python -> python3 --
-- usr/local/lib/python3.13/os.py --
-- usr/local/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-musl.so elf --
-- usr/local/include/python3.13/patchlevel.h --
#define PY_MINOR_VERSION	13
#define PY_VERSION      	"3.13.2"
`
	// debian is laid out as Debian's packages are, without headers.
	debian = `
-- bin -> usr/bin --
-- usr/bin/python3.13 0755 --
code` + "\x00" + `3.13.5` + "\x00" + `more
-- usr/bin/python3 -> python3.13 --
-- usr/local/bin/python3.13 -> /usr/bin/python3.13 --
-- usr/lib/python3/dist-packages/ --
-- usr/lib/python3.13/os.py --
-- usr/lib/python3.13/lib-dynload/_ssl.so elf --
-- usr/lib/python3.11/os.py --
`
	// fedora has a directory for 64-bit libraries.
	fedora = `
-- usr/bin/python3.13 elf --
-- usr/lib64/python3.13/os.py --
-- usr/lib64/python3.13/lib-dynload/_ssl.so elf --
-- usr/lib/python3.13/site-packages/ --
`
	// several has two versions, and a program of neither.
	several = `
-- usr/local/bin/python3 -> /usr/local/bin/python3.12 --
-- usr/local/bin/python3.12 elf --
-- usr/local/lib/python3.12/os.py --
-- opt/python/bin/python3.13 elf --
-- opt/python/lib/python3.13/os.py --
-- opt/python/lib/python3.12/os.py --
-- opt/python/plain/bin/python3 0755 --
`
)

func TestFindInterpreter(t *testing.T) {
	t.Parallel()
	dirs := []string{"/usr/local/bin", "/usr/bin", "/opt/python/bin"}
	tests := []struct {
		name, tree, version string
		want                python.Interpreter
	}{
		{"official image", official, "3.13", python.Interpreter{
			Path: "/usr/local/bin/python3.13", Version: "3.13.2",
			Stdlib: "/usr/local/lib/python3.13", DynLoad: "/usr/local/lib/python3.13/lib-dynload",
		}},
		{"official image, patch level asked for", official, "3.13.2", python.Interpreter{
			Path: "/usr/local/bin/python3.13", Version: "3.13.2",
			Stdlib: "/usr/local/lib/python3.13", DynLoad: "/usr/local/lib/python3.13/lib-dynload",
		}},
		{"link into another prefix, version from the program", debian, "3.13", python.Interpreter{
			Path: "/usr/bin/python3.13", Version: "3.13.5",
			Stdlib: "/usr/lib/python3.13", DynLoad: "/usr/lib/python3.13/lib-dynload",
		}},
		{"library in lib64, patch level unknown fits any", fedora, "3.13.9", python.Interpreter{
			Path: "/usr/bin/python3.13", Version: "3.13",
			Stdlib: "/usr/lib64/python3.13", DynLoad: "/usr/lib64/python3.13/lib-dynload",
		}},
		{"the right one of several", several, "3.13", python.Interpreter{
			Path: "/opt/python/bin/python3.13", Version: "3.13",
			Stdlib: "/opt/python/lib/python3.13", DynLoad: "/opt/python/lib/python3.13/lib-dynload",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := python.Find(open(t, tt.tree), tt.version, dirs)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFindSaysWhatTheBuilderHas(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, tree, version, want string }{
		{"another minor version", official, "3.12", "python 3.12: the builder has another version (/usr/local/bin/python3.13 is Python 3.13.2)"},
		{"another patch level", official, "3.13.1", "python 3.13.1: the builder has another version (/usr/local/bin/python3.13 is Python 3.13.2)"},
		{"none", "-- usr/bin/env 0755 --\n", "3.13", "python 3.13: the builder has none (looked for python3.13 and python3 in /usr/local/bin, /usr/bin)"},
		{"no standard library", "-- usr/bin/python3.13 0755 --\n", "3.13", "python 3.13: the builder has none"},
		{"not a program", "-- usr/bin/python3.13 --\n-- usr/lib/python3.13/os.py --\n", "3.13", "python 3.13: the builder has none"},
		{"no version", official, "three", `python "three": not a version`},
		{"too many parts", official, "3.13.2.1", `python "3.13.2.1": not a version`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := python.Find(open(t, tt.tree), tt.version, []string{"/usr/local/bin", "/usr/bin"})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}
