package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// anImage is the report of an image with a base, the packages of one layer, and an app.
func anImage(t *testing.T) (dir, said string) {
	t.Helper()
	base := rootfstest.Text(t, "-- bin/busybox --\n0123456789\n")
	wheels := rootfstest.Text(t, "-- opt/venv/a.py --\n01234567890123456789\n-- opt/venv/b.so --\n0123456789\n")
	app := rootfstest.Text(t, "-- app/main.py --\n01234\n-- app/link -> main.py --\n")
	file := filepath.Join(t.TempDir(), "report.json")
	l := report.Layer{
		Parts:    []report.Part{{Name: "b 2.0", Bytes: 11, Package: true}, {Name: "a 1.0", Bytes: 21, Package: true}},
		Removed:  []report.Removal{{Path: "/opt/venv/tests", Rule: "tests", Bytes: 1_500_000}, {Path: "/opt/venv/b.so", Rule: "debug-symbols", Bytes: 3_000_000}},
		Warnings: []string{"b 2.0: odd"},
	}
	if err := l.Write(file); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	var stderr bytes.Buffer
	err := run([]string{
		"report", "--out", out, "--base", base, "--layer", wheels + "=packages libpq=17.5-r0", "--layer", app + "=app", "--report", wheels + "=" + file,
	}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	return out, stderr.String()
}

func TestReportAddsUpLayers(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir, said := anImage(t)
	const want = `report: 0.0 MB on disk in 5 files, 2 packages
slim: 4.5 MB less: debug-symbols 3.0, tests 1.5
warning: b 2.0: odd
`
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	m, err := report.ReadImage(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Size != 11+32+6 || m.Files != 5 || m.Packages != 2 {
		t.Errorf("got %d bytes, %d files, %d packages", m.Size, m.Files, m.Packages)
	}
	got := m.Biggest(3)
	if diff := cmp.Diff([]report.Part{{Name: "a 1.0", Bytes: 21, Package: true}, {Name: "b 2.0", Bytes: 11, Package: true}, {Name: "the base", Bytes: 11}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir, _ := anImage(t)
	weight := filepath.Dir(rootfstest.Text(t, "-- x --\n") + "/weight")
	if err := os.WriteFile(filepath.Join(weight, "weight"), []byte("3000000 numpy 2.0, and one\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"met", []string{"--size", "49", "--packages", "2", "--compressed", "3000000"}, ""},
		{"none", nil, ""},
		{"too big", []string{"--size", "48"}, `budget: the image has 0.0 kB on disk, 0.0 kB more than its budget of 0.0 kB
     0.0 kB  a 1.0
     0.0 kB  b 2.0
     0.0 kB  the base
     0.0 kB  app
(keelback plan lists all; leave something out, or raise the budget)`},
		{"too many packages", []string{"--packages", "1"}, `budget: the image has 2 packages, 1 more than its budget of 1
     0.0 kB  a 1.0
     0.0 kB  b 2.0
(keelback plan lists all; leave something out, or raise the budget)`},
		{"too big when it is packed", []string{"--compressed", "2000000"}, `budget: the image has 3.0 MB compressed, 1.0 MB more than its budget of 2.0 MB
     3.0 MB  numpy 2.0, and one
(keelback plan lists all; leave something out, or raise the budget)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := run(append([]string{"budget", "--out", t.TempDir(), "--report", dir, "--weight", weight}, tt.args...), &bytes.Buffer{})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWeighPacksALayer(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	tree := rootfstest.Text(t, "-- app/zeros --\n"+strings.Repeat("0", 100_000)+"\n-- app/link -> zeros --\n")
	out := t.TempDir()
	if err := run([]string{"weigh", "--tree", tree, "--name", "the app", "--out", out}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	got, err := readWeights([]string{out})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Name != "the app" || got[0].Bytes < 200 || got[0].Bytes > 2000 {
		t.Errorf("got %v", got)
	}
}

func TestSelectTakesWhatIsOnAList(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	const compiled = `
-- opt/venv/lib/ 0700 3:4 --
-- opt/venv/lib/__pycache__/a.pyc --
-- opt/venv/lib/__pycache__/b.pyc --
-- opt/venv/lib/sub/__pycache__/c.pyc --
`
	lists := rootfstest.Text(t, "-- one/list --\n/opt/venv/lib/__pycache__/a.pyc\n/opt/venv/lib/__pycache__/none.pyc\n-- two/list --\n/opt/venv/lib/sub/__pycache__/c.pyc\n-- two/other --\n/opt/venv/lib/__pycache__/b.pyc\n")
	tests := []struct{ name, list, want string }{
		{"a list", filepath.Join(lists, "one/list"), `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /opt (2020-02-02)
drwxr-xr-x 0:0 /opt/venv (2020-02-02)
drwx------ 3:4 /opt/venv/lib (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/__pycache__ (2020-02-02)
-rw-r--r-- 0:0 /opt/venv/lib/__pycache__/a.pyc 0 (2020-02-02)
`},
		{"all lists of a folder", lists, `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /opt (2020-02-02)
drwxr-xr-x 0:0 /opt/venv (2020-02-02)
drwx------ 3:4 /opt/venv/lib (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/__pycache__ (2020-02-02)
-rw-r--r-- 0:0 /opt/venv/lib/__pycache__/a.pyc 0 (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/sub (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/sub/__pycache__ (2020-02-02)
-rw-r--r-- 0:0 /opt/venv/lib/sub/__pycache__/c.pyc 0 (2020-02-02)
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out")
			if err := run([]string{"select", "--tree", rootfstest.Text(t, compiled), "--list", tt.list, "--out", out}, &bytes.Buffer{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, "\n"+rootfstest.List(t, out)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
