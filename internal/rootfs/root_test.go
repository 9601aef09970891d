package rootfs_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func open(t *testing.T, dir string) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

const linked = `
-- usr/lib/libz.so.1.3 --
z
-- usr/lib/libz.so.1 -> libz.so.1.3 --
-- lib -> usr/lib --
-- absolute -> /usr/lib --
-- outside -> ../../../usr/lib/libz.so.1 --
-- chain -> /absolute/libz.so.1 --
-- gone -> /nowhere/file --
-- loop -> loop --
-- ping -> pong --
-- pong -> ping --
`

func TestLinksAreFollowedInsideTheRoot(t *testing.T) {
	t.Parallel()
	root := open(t, rootfstest.Text(t, linked))
	tests := []struct{ path, stat, lstat string }{
		{"/usr/lib/libz.so.1", "/usr/lib/libz.so.1.3", "/usr/lib/libz.so.1"},
		{"/lib/libz.so.1", "/usr/lib/libz.so.1.3", "/usr/lib/libz.so.1"},
		{"/absolute/libz.so.1.3", "/usr/lib/libz.so.1.3", "/usr/lib/libz.so.1.3"},
		{"/outside", "/usr/lib/libz.so.1.3", "/outside"},
		{"/chain", "/usr/lib/libz.so.1.3", "/chain"},
		{"usr/../lib/./libz.so.1", "/usr/lib/libz.so.1.3", "/usr/lib/libz.so.1"},
		{"/../../usr/lib", "/usr/lib", "/usr/lib"},
		{"/gone", "not exist", "/gone"},
		{"/lib/libq.so", "not exist", "not exist"},
		{"/loop", "loop", "/loop"},
		{"/ping", "loop", "/ping"},
		{"/loop/file", "loop", "loop"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			if got := result(root.Stat(tt.path)); got != tt.stat {
				t.Errorf("Stat: got %s, want %s", got, tt.stat)
			}
			if got := result(root.Lstat(tt.path)); got != tt.lstat {
				t.Errorf("Lstat: got %s, want %s", got, tt.lstat)
			}
		})
	}
}

func result(e rootfs.Entry, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "not exist"
	case err != nil && strings.Contains(err.Error(), "too many levels"):
		return "loop"
	case err != nil:
		return err.Error()
	}
	return e.Path
}

func TestWalkIsSortedAndFollowsNoLinks(t *testing.T) {
	t.Parallel()
	root := open(t, rootfstest.Text(t, `
-- b/2 --
-- b/1 --
-- a -> b --
-- c/skipped/file --
-- d/ --
`))
	var got []string
	err := root.Walk("/", func(e rootfs.Entry) error {
		got = append(got, e.Path)
		if e.Path == "/c/skipped" {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/a", "/b", "/b/1", "/b/2", "/c", "/c/skipped", "/d"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestErrorsNameThePathInTheRoot(t *testing.T) {
	t.Parallel()
	dir := rootfstest.Text(t, "-- dir/file --\n")
	root := open(t, dir)
	for _, read := range []func() error{
		func() error { _, err := root.ReadFile("/etc/os-release"); return err },
		func() error { _, err := root.ReadFile("/dir"); return err },
		func() error { _, err := root.ReadDir("/none"); return err },
		func() error { _, err := root.ReadDir("/dir/file"); return err },
	} {
		if err := read(); err == nil || strings.Contains(err.Error(), dir) {
			t.Errorf("got %v, want an error without %s", err, dir)
		}
	}
	if _, err := rootfs.Open(dir + "/dir/file"); err == nil {
		t.Error("a file was opened as a root file system")
	}
}

func TestOnlyFilesAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := rootfs.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/link", "/pipe"} {
		e, err := root.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.ReadAll(); err == nil {
			t.Errorf("%s was read", name)
		}
		if f, err := e.Open(); err == nil {
			f.Close()
			t.Errorf("%s was opened", name)
		}
	}
}
