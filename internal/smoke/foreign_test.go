package smoke_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/smoke"
)

// TestForeignPlatform is for images that the machine cannot run. The kernel says of
// what only begins like a program the same as of one for another machine.
func TestForeignPlatform(t *testing.T) {
	t.Parallel()
	foreign := append([]byte("\x7fELF"), make([]byte, 200)...)
	dir := app(t, map[string][]byte{"python": foreign, "tool": foreign})
	python, tool := filepath.Join(dir, "python"), filepath.Join(dir, "tool")
	notTried := `{
 "did": "not tried",
 "warnings": [
  "` + python + ` cannot be run by this builder (exec format error), so its image was not tried"
 ]
}
`
	record := &smoke.Recording{File: filepath.Join(dir, "record/bytecode"), Out: dir}
	tests := []struct {
		name            string
		plan            smoke.Plan
		recording       *smoke.Recording
		problem, result string
	}{
		{"the interpreter", smoke.Plan{Imports: []string{"a"}, Python: python}, nil, "", notTried},
		{"the command", smoke.Plan{Command: []string{tool}, Health: []string{tool}, Python: python}, nil, "", notTried},
		{
			"the command alone",
			smoke.Plan{Command: []string{tool}, Health: []string{tool}, Python: interpreter(t)},
			nil,
			`command "` + tool + `": exec format error: not a program of this platform, and no script (its first line: #!INTERPRETER)` + "\n", "",
		},
		{
			"recording",
			smoke.Plan{Imports: []string{"a"}, Python: python},
			record,
			"record: " + python + " cannot be run by this builder (exec format error), so what the service imports cannot be listed (bytecode: compile)\n", "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "result.json")
			tt.plan.Dir, tt.plan.User = dir, smoke.User{UID: 1001, GID: 1001}
			_, problem := run(t, options{Plan: &tt.plan, Recording: tt.recording, Result: file})
			if diff := cmp.Diff(tt.problem, problem); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			got, err := os.ReadFile(file)
			if err != nil && tt.result != "" {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.result, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The result is part of a layer of the build: it looks the same in each.
func TestResultIsTheSameInEachBuild(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "result.json")
	if err := (&smoke.Result{Did: smoke.Found}).Write(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{\n \"did\": \"found\",\n \"warnings\": []\n}\n", string(text)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, name := range []string{file, filepath.Dir(file)} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if !info.ModTime().Equal(time.Unix(0, 0)) {
			t.Errorf("%s is of %v", name, info.ModTime())
		}
	}
}
