package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func TestSmokeErrors(t *testing.T) {
	t.Parallel()
	dir := rootfstest.Text(t, `
-- plan.json --
{"command": ["a"], "module": true, "user": {"uid": 1, "gid": 1}, "dir": "/", "python": "/p"}
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

// argumentsVariable has the arguments for the test binary that is started as the
// program itself: smoke ends all processes below its own.
const argumentsVariable = "KEELBACK_STEP_ARGUMENTS"

func TestMain(m *testing.M) {
	if args, ok := os.LookupEnv(argumentsVariable); ok {
		if err := run(strings.Split(args, "\n"), os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestSmokeWritesItsResult(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir := rootfstest.Text(t, `
-- plan.json --
{"command": ["/bin/sh"], "module": true, "user": {"uid": 1, "gid": 1}, "dir": "/", "python": "/p"}
-- out/ --
`)
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), argumentsVariable+"=smoke\n--plan\n"+dir+"/plan.json\n--out\n"+dir+"/out")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	got, err := os.ReadFile(filepath.Join(dir, "out/result.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), `"did": "found"`) {
		t.Errorf("got %s", got)
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
