package python_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
)

// slice gives the paths of a slice, without their prefix, and what was removed.
func slice(t *testing.T, root *rootfs.Root, opt slim.Options) (paths, removed []string) {
	t.Helper()
	i, err := python.At(root, "/usr/local/bin/python3.13")
	if err != nil {
		t.Fatal(err)
	}
	s, err := slim.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	entries, less, err := python.Slice(root, i, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		paths = append(paths, strings.TrimPrefix(e.Path, "/usr/local/"))
	}
	for _, r := range less {
		removed = append(removed, fmt.Sprintf("%s %s %d", strings.TrimPrefix(r.Path, i.Stdlib+"/"), r.Rule, r.Bytes))
	}
	return paths, removed
}

// foreign is what lies beside and in a standard library without being of it.
const foreign = official + `
-- usr/local/bin/python3-config 0755 --
-- usr/local/bin/pip3 0755 --
-- usr/local/bin/python3.12 -> /usr/bin/other --
-- usr/local/lib/libpython3.13.so.1.0 elf --
-- usr/local/lib/pkgconfig/python3.pc --
-- usr/local/lib/python3.13/EXTERNALLY-MANAGED --
-- usr/local/lib/python3.13/LICENSE.txt --
-- usr/local/lib/python3.13/__pycache__/os.cpython-313.pyc --
-- usr/local/lib/python3.13/stray.pyc --
-- usr/local/lib/python3.13/dist-packages/apt.py --
-- usr/local/lib/python3.13/site-packages/pip/__init__.py --
-- usr/local/lib/python3.13/sitecustomize.py -> /etc/python3.13/sitecustomize.py --
-- usr/local/lib/python3.13/linked.py -> /usr/share/linked.py --
`

func TestSliceTakesTheInterpreterAndItsModulesWithoutRules(t *testing.T) {
	t.Parallel()
	for _, level := range []slim.Level{slim.None, slim.Safe, slim.Max} {
		got, removed := slice(t, open(t, foreign), slim.Options{Level: level})
		want := []string{
			"bin/python3.13",
			"bin/python",
			"bin/python3",
			"lib/python3.13/LICENSE.txt",
			"lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-musl.so",
			"lib/python3.13/linked.py",
			"lib/python3.13/os.py",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("level %s: -want +got:\n%s", level, diff)
		}
		if len(removed) > 0 {
			t.Errorf("level %s: removed %v", level, removed)
		}
	}
}

// optional is what there are rules for, and what is called like it.
const optional = official + `
-- usr/local/lib/python3.13/config-3.13-x86_64-linux-musl/Makefile --
123
-- usr/local/lib/python3.13/config-3.13-x86_64-linux-musl/libpython3.13.a --
12345
-- usr/local/lib/python3.13/config-3.13-x86_64-linux-musl/__pycache__/x.pyc --
-- usr/local/lib/python3.13/configparser.py --
-- usr/local/lib/python3.13/encodings/gbk.py --
-- usr/local/lib/python3.13/encodings/utf_8.py --
-- usr/local/lib/python3.13/ensurepip/_bundled/pip-25.0-py3-none-any.whl --
-- usr/local/lib/python3.13/json/__init__.py --
-- usr/local/lib/python3.13/json/tests/test_json.py --
-- usr/local/lib/python3.13/lib-dynload/_sqlite3.cpython-313-x86_64-linux-musl.so --
-- usr/local/lib/python3.13/lib-dynload/_testcapi.cpython-313-x86_64-linux-musl.so --
-- usr/local/lib/python3.13/lib-dynload/_tkinter.cpython-313-x86_64-linux-musl.so --
-- usr/local/lib/python3.13/pydoc_data/topics.py --
-- usr/local/lib/python3.13/sqlite3/__init__.py --
-- usr/local/lib/python3.13/sqlite3/dbapi2.py --
-- usr/local/lib/python3.13/tkinter/__init__.py --
-- usr/local/lib/python3.13/unittest/__init__.py --
-- usr/local/lib/python3.13/unittest/test/x.py --
`

func TestSliceLeavesOutWhatRulesTake(t *testing.T) {
	t.Parallel()
	safe := []string{
		"config-3.13-x86_64-linux-musl python-build 10",
		"ensurepip python-ensurepip 0",
		"json/tests python-tests 0",
		"lib-dynload/_testcapi.cpython-313-x86_64-linux-musl.so python-tests 0",
		"lib-dynload/_tkinter.cpython-313-x86_64-linux-musl.so python-tk 0",
		"tkinter python-tk 0",
		"unittest/test python-tests 0",
	}
	const (
		gbk     = "encodings/gbk.py python-east-asian-codecs 0"
		sqlite  = "lib-dynload/_sqlite3.cpython-313-x86_64-linux-musl.so python-databases 0"
		topics  = "pydoc_data python-help 0"
		sqlite3 = "sqlite3 python-databases 0"
	)
	tests := []struct {
		name string
		opt  slim.Options
		want []string
	}{
		{"none", slim.Options{Level: slim.None}, nil},
		{"safe", slim.Options{Level: slim.Safe}, safe},
		{"safe, searched", slim.Options{Level: slim.Safe, Named: []string{}}, merge(safe, topics)},
		{"max, searched", slim.Options{Level: slim.Max, Named: []string{}}, merge(safe, gbk, sqlite, topics, sqlite3)},
		{"max, a module is imported", slim.Options{Level: slim.Max, Named: []string{"sqlite3", "dbm", "lib-dynload/_sqlite3.*"}}, merge(safe, gbk, topics)},
		{"safe, some is kept", slim.Options{Level: slim.Safe, Keep: []string{"tkinter", "lib-dynload/_tkinter.*"}}, merge(safe[:4], safe[6])},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			paths, removed := slice(t, open(t, optional), tt.opt)
			if diff := cmp.Diff(tt.want, removed); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			all, _ := slice(t, open(t, optional), slim.Options{})
			for _, path := range all {
				isGone := hasAnyPrefix(strings.TrimPrefix(path, "lib/python3.13/"), removed)
				if stays := slices.Contains(paths, path); stays == isGone {
					t.Errorf("%s: in the slice: %t; removed: %t", path, stays, isGone)
				}
			}
		})
	}
}

func merge(list []string, more ...string) []string {
	return slices.Sorted(slices.Values(slices.Concat(list, more)))
}

// hasAnyPrefix reports whether one of the removals is of a path, or of a folder that it
// is in.
func hasAnyPrefix(path string, removed []string) bool {
	return slices.ContainsFunc(removed, func(r string) bool {
		name, _, _ := strings.Cut(r, " ")
		return path == name || strings.HasPrefix(path, name+"/")
	})
}

func TestSliceTakesBothDirectoriesOfASplitLibrary(t *testing.T) {
	t.Parallel()
	root := open(t, `
-- usr/bin/python3.13 elf --
-- usr/lib/python3.13/os.py --
-- usr/lib64/python3.13/lib-dynload/_ssl.so elf --
-- usr/lib64/python3.13/lib-dynload/_testcapi.so elf --
`)
	i, err := python.At(root, "/usr/bin/python3.13")
	if err != nil {
		t.Fatal(err)
	}
	s, err := slim.New(slim.Options{Level: slim.Safe})
	if err != nil {
		t.Fatal(err)
	}
	entries, removed, err := python.Slice(root, i, s)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(entries); n != 3 || entries[2].Path != "/usr/lib64/python3.13/lib-dynload/_ssl.so" {
		t.Errorf("got %v", entries)
	}
	if len(removed) != 1 || removed[0].Path != "/usr/lib64/python3.13/lib-dynload/_testcapi.so" {
		t.Errorf("removed %v", removed)
	}
}
