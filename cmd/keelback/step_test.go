package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"
)

func TestTheProgramForStepsIsFound(t *testing.T) {
	t.Parallel()
	amd64, arm64, dynamic := program(t, "amd64", false), program(t, "arm64", false), program(t, "amd64", true)
	for name, c := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"by its plain name":                 {map[string][]byte{"1/keelback-step": amd64}, "1/keelback-step"},
		"by its architecture before":        {map[string][]byte{"1/keelback-step": amd64, "1/keelback-step-linux-amd64": amd64}, "1/keelback-step-linux-amd64"},
		"in the first directory":            {map[string][]byte{"2/keelback-step-linux-amd64": amd64, "1/keelback-step": amd64}, "1/keelback-step"},
		"past one of another architecture":  {map[string][]byte{"1/keelback-step": arm64, "2/keelback-step": amd64}, "2/keelback-step"},
		"past one that is linked":           {map[string][]byte{"1/keelback-step": dynamic, "2/keelback-step": amd64}, "2/keelback-step"},
		"past a script":                     {map[string][]byte{"1/keelback-step": []byte("#!/bin/sh\n"), "2/keelback-step": amd64}, "2/keelback-step"},
		"nowhere":                           {map[string][]byte{"1/keelback": amd64}, ""},
		"nowhere, but for another platform": {map[string][]byte{"1/keelback-step": arm64}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			dirs := []string{filepath.Join(dir, "1"), filepath.Join(dir, "2")}
			for _, d := range dirs {
				if err := os.Mkdir(d, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for path, data := range c.files {
				if err := os.WriteFile(filepath.Join(dir, path), data, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			got, err := findStep(dirs, "amd64")
			if c.want == "" {
				if err == nil || !strings.Contains(err.Error(), "keelback-step-linux-amd64") {
					t.Errorf("got %s, %v, want an error that says what to install", got, err)
				}
				return
			}
			if want := filepath.Join(dir, c.want); err != nil || got != want {
				t.Errorf("got %s, %v, want %s", got, err, want)
			}
		})
	}
}

func TestAGivenProgramForStepsMustFitTheWorker(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "step")
	if err := os.WriteFile(file, program(t, "arm64", false), 0o755); err != nil {
		t.Fatal(err)
	}
	in := &inputs{dir: specDir(t)}
	opt, err := in.solveOpt(func(string) (string, bool) { return "", false }, &configfile.ConfigFile{})
	if err != nil {
		t.Fatal(err)
	}
	if err := addStep(&opt, file, "arm64"); err != nil {
		t.Error(err)
	}
	delete(opt.FrontendAttrs, "context:"+stepName)
	if err := addStep(&opt, file, "amd64"); err == nil || !strings.Contains(err.Error(), "the worker is linux/amd64") {
		t.Errorf("got %v, want an error that names the worker's platform", err)
	}
}

func TestABuildContextReplacesTheProgramForSteps(t *testing.T) {
	t.Parallel()
	in := &inputs{dir: specDir(t), contexts: []string{stepName + "=docker-image://example.com/keelback"}}
	opt, err := in.solveOpt(func(string) (string, bool) { return "", false }, &configfile.ConfigFile{})
	if err != nil {
		t.Fatal(err)
	}
	if err := addStep(&opt, "", "amd64"); err != nil {
		t.Fatal(err)
	}
	if got, want := opt.FrontendAttrs["context:"+stepName], "docker-image://example.com/keelback"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEachProgramForStepsIsSentAsAnotherFile(t *testing.T) {
	t.Parallel()
	keys, times := map[string]bool{}, map[int64]bool{}
	for _, data := range []string{"one", "two"} {
		opt := client.SolveOpt{FrontendAttrs: map[string]string{}, LocalMounts: map[string]fsutil.FS{}}
		mountStep(&opt, []byte(data))
		keys[opt.FrontendAttrs["sharedkey:localdir:"+stepName]] = true
		err := opt.LocalMounts[stepName].Walk(t.Context(), "", func(_ string, entry fs.DirEntry, _ error) error {
			fi, err := entry.Info()
			times[fi.ModTime().UnixNano()] = true
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(keys) != 2 || len(times) != 2 {
		t.Errorf("keys %v and times %v, want two of each", keys, times)
	}
}

func TestTheProgramForStepsIsNotTakenFromWhereOneIs(t *testing.T) {
	t.Parallel()
	got := absolute([]string{"/usr/bin", "", ".", "bin", "/bin"})
	if diff := cmp.Diff([]string{"/usr/bin", "/bin"}, got); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
}
