package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func TestPackagesAreCopiedAndReported(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	base := rootfstest.Text(t, "-- var/lib/dpkg/status.d/libc6 --\nPackage: libc6\nVersion: 2\n")
	builder := rootfstest.Text(t, `
-- var/lib/dpkg/status --
Package: libpq5
Status: install ok installed
Version: 17.6
Depends: libc6

Package: libc6
Status: install ok installed
Version: 2

-- var/lib/dpkg/info/libpq5:amd64.list --
/usr/lib/libpq.so.5
-- var/lib/dpkg/info/libpq5:amd64.postinst --
adduser
-- usr/lib/libpq.so.5 --
pq
`)
	out, file := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "report.json")
	var stderr strings.Builder
	err := run([]string{"packages", "--base", base, "--builder", builder, "--package", "libpq5=17.6", "--out", out, "--report", file}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	want := `packages: note: not run in the image: the installation scripts of libpq5
packages: 3 files, 0.0 MB: libpq5
`
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	got, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	layer := &report.Layer{Files: 3, Bytes: 77, Parts: []report.Part{{Name: "libpq5", Bytes: 3}}}
	if diff := cmp.Diff(layer, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if list := rootfstest.List(t, out); !strings.Contains(list, "/usr/lib/libpq.so.5 3") {
		t.Errorf("the library is not there:\n%s", list)
	}
}

func TestPackagesNeedsANameAndTrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for want, args := range map[string][]string{
		"packages: --out: \"\" is not an absolute path":  {},
		"packages: --package: none is given":             {"--out", dir},
		"packages: --base: \"\" is not an absolute path": {"--out", dir, "--package", "x"},
		"packages: x: not installed in the builder":      {"--out", dir, "--package", "x", "--base", dir, "--builder", rootfstest.Text(t, "-- var/lib/dpkg/status --\n")},
	} {
		var stderr strings.Builder
		err := run(append([]string{"packages"}, args...), &stderr)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", args, err, want)
		}
	}
}
