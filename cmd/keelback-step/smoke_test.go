package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func TestSmokeErrors(t *testing.T) {
	t.Parallel()
	dir := rootfstest.Text(t, `
-- plan.json --
{"command": ["a"], "user": {"uid": 1, "gid": 1}, "dir": "/", "python": "/p"}
-- none.json --
{}
-- removed/packages/other.json --
`)
	plan, out := filepath.Join(dir, "plan.json"), filepath.Join(dir, "out")
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no plan", []string{"--out", out, "--plan", "/nowhere.json"}, "smoke: --plan: open /nowhere.json: no such file or directory"},
		{"a plan that is none", []string{"--out", out, "--plan", filepath.Join(dir, "none.json")}, `smoke: plan: "" is not an absolute path`},
		{"no reports", []string{"--out", out, "--plan", plan, "--removed", "/nowhere"}, "smoke: --removed: open /nowhere: no such file or directory"},
		{
			"a folder without a report",
			[]string{"--out", out, "--plan", plan, "--removed", filepath.Join(dir, "removed")},
			"smoke: --removed: open " + filepath.Join(dir, "removed/packages/report.json") + ": no such file or directory",
		},
		{"no place for lists", []string{"--plan", plan, "--record"}, `smoke: --out: "" is not an absolute path`},
		{"no trees", []string{"--out", out, "--plan", plan, "--record", "--trees", "/nowhere"}, "smoke: --trees: open /nowhere: no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := run(append([]string{"smoke"}, tt.args...), &bytes.Buffer{})
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSmokeHook(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	out := filepath.Join(t.TempDir(), "out")
	if err := run([]string{"smoke-hook", "--python", "3.13", "--out", out}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	want := `drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /opt
drwxr-xr-x 0:0 /opt/venv
drwxr-xr-x 0:0 /opt/venv/lib
drwxr-xr-x 0:0 /opt/venv/lib/python3.13
drwxr-xr-x 0:0 /opt/venv/lib/python3.13/site-packages
-rw-r--r-- 0:0 /opt/venv/lib/python3.13/site-packages/00_keelback_smoke.pth 23
-rw-r--r-- 0:0 /opt/venv/lib/python3.13/site-packages/_keelback_smoke.py 1760
`
	if diff := cmp.Diff(want, rootfstest.List(t, out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	err := run([]string{"smoke-hook", "--python", "3", "--out", out}, &bytes.Buffer{})
	if err == nil || err.Error() != `smoke-hook: --python: "3" is not a version, such as 3.13` {
		t.Errorf("a version that is none: %v", err)
	}
}
