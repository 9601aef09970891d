package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

const (
	base = `
-- etc/os-release --
ID=alpine
VERSION_ID=3.22.1
-- etc/passwd --
root:x:0:0:root:/root:/bin/sh
-- etc/group --
root:x:0:root
-- lib/ld-musl-x86_64.so.1 elf --
-- lib/apk/db/installed --
P:musl

`
	builder = `
-- etc/os-release --
ID=alpine
VERSION_ID=3.22.1
-- bin/busybox elf --
interp /lib/ld-musl-x86_64.so.1
-- bin/sh -> busybox --
-- lib/ld-musl-x86_64.so.1 elf --
-- lib/apk/db/installed --
P:musl

-- usr/local/bin/python3.13 elf --
interp /lib/ld-musl-x86_64.so.1
-- usr/local/lib/python3.13/os.py --
-- usr/local/lib/python3.13/site-packages/pip/__init__.py --
-- usr/local/lib/python3.13/site-packages/pip-25.0.dist-info/METADATA --
Name: pip
-- usr/local/lib/python3.13/site-packages/pip-25.0.dist-info/RECORD --
pip/__init__.py,,
pip-25.0.dist-info/METADATA,,
pip-25.0.dist-info/RECORD,,
`
)

// TestImage makes an image as a build does, with each command once.
func TestImage(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir := t.TempDir()
	out := func(name string) string { return filepath.Join(dir, name) }
	baseDir, builderDir := rootfstest.Text(t, base), rootfstest.Text(t, builder)
	contextDir := rootfstest.Text(t, "-- main.py --\n-- keelback.yaml --\n")
	for _, args := range [][]string{
		{"venv", "--builder", builderDir, "--python", "3.13", "--out", out("venv")},
		{"runtime", "--base", baseDir, "--builder", builderDir, "--venv", out("venv"), "--family", "alpine", "--out", out("runtime")},
		{"user", "--base", baseDir, "--name", "appuser", "--uid", "1001", "--gid", "1001", "--writable", "/models", "--out", out("user")},
		{"app", "--context", contextDir, "--exclude", "keelback.yaml", "--dest", "/app", "--out", out("app")},
		{"apply", "--tree", out("venv"), "--out", baseDir},
		{"apply", "--tree", out("runtime"), "--out", baseDir},
		{"apply", "--tree", out("user"), "--out", baseDir},
		{"apply", "--tree", out("app"), "--out", baseDir},
		{"debug", "--rootfs", baseDir, "--builder", builderDir, "--out", out("debug")},
		{"apply", "--tree", out("debug"), "--out", baseDir},
	} {
		var stderr bytes.Buffer
		if err := run(args, &stderr); err != nil {
			t.Fatalf("%s: %v", args[0], err)
		}
		if !strings.HasPrefix(stderr.String(), args[0]+": ") || !strings.HasSuffix(stderr.String(), "\n") {
			t.Errorf("%s: the summary is %q", args[0], stderr.String())
		}
	}
	for _, name := range []string{
		"opt/venv/bin/python", "opt/venv/bin/pip", "opt/venv/pyvenv.cfg", "usr/local/bin/python3.13", "usr/local/lib/python3.13/os.py",
		"app/main.py", "models", "tmp", "bin/sh", "bin/busybox",
	} {
		if _, err := os.Lstat(filepath.Join(baseDir, name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(filepath.Join(baseDir, "app/keelback.yaml")); err == nil {
		t.Error("an excluded file is in the image")
	}
}

func TestArgumentErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no command", nil, "COMMAND: one of venv, install, check, scan, names, runtime, user, app, debug, apply"},
		{"unknown command", []string{"pip"}, "COMMAND: one of"},
		{"unknown flag", []string{"venv", "--prefix", "/x"}, "venv: flag provided but not defined: -prefix"},
		{"values in a row", []string{"app", "--include", "a", "b"}, "app: b: not a flag (a flag with several values is repeated)"},
		{"no output", []string{"apply", "--tree", dir}, `apply: --out: "" is not an absolute path`},
		{"relative output", []string{"apply", "--tree", dir, "--out", "x"}, `apply: --out: "x" is not an absolute path`},
		{"relative tree", []string{"apply", "--tree", "x", "--out", dir}, `apply: --tree: "x" is not an absolute path`},
		{"no tree", []string{"runtime", "--out", dir, "--base", dir + "/none"}, "runtime: --base: stat " + dir + "/none: no such file or directory"},
		{"relative destination", []string{"app", "--context", dir, "--dest", "app", "--out", dir}, `app: --dest: "app" is not an absolute path`},
		{"no number", []string{"user", "--uid", "me", "--out", dir}, `user: invalid value "me" for flag -uid: parse error`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := run(tt.args, &bytes.Buffer{})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A command that fails has written nothing.
func TestFailureWritesNothing(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	args := []string{"user", "--base", rootfstest.Text(t, base), "--name", "root", "--uid", "1001", "--gid", "1001", "--out", out}
	if err := run(args, &bytes.Buffer{}); err == nil {
		t.Fatal("no error")
	}
	list, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(0, len(list)); diff != "" {
		t.Errorf("entries written -want +got:\n%s", diff)
	}
}

func openText(t *testing.T, archive string) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Text(t, archive))
	if err != nil {
		t.Fatal(err)
	}
	return root
}
