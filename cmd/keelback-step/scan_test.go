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

// What the packages and the service name is found by two steps, and stays in a third.
func TestScanNamesInstall(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir, built := t.TempDir(), t.TempDir()
	a := writeWheel(t, dir, "a-1.0-py3-none-any.whl", "-- a/tests/__init__.py --\n-- a/x.pyi --\n-- a/docs/x.md --\n")
	b := writeWheel(t, dir, "b-1.0-py3-none-any.whl", "-- b/__init__.py --\nimport a.tests\n-- b/tests/__init__.py --\n-- b/test/__init__.py --\n-- b/notes.txt --\n")
	writeWheel(t, built, "c-1.0-py3-none-any.whl", "-- c.py --\nimport b.test\n-- d.pyi --\n")
	found, names := filepath.Join(t.TempDir(), "found"), filepath.Join(t.TempDir(), "names")
	steps := [][]string{
		{
			"scan", "--python", "3.13", "--slim", "safe", "--slim-keep", "a/x.pyi", "--slim-drop", "b/notes.txt", "--out", found,
			"--wheel", b, "--wheel", a, "--built", "c=" + built, "--group", "one=a-1.0-py3-none-any.whl", "--group", "two=b-1.0-py3-none-any.whl",
		},
		{"names", "--candidates", found + "/candidates", "--app", rootfstest.Text(t, "-- app/main.py --\nimport b.tests\n"), "--out", names},
	}
	var stderr bytes.Buffer
	for _, args := range steps {
		if err := run(args, &stderr); err != nil {
			t.Fatal(err)
		}
	}
	want := "scan: 3 packages; 2 files and folders are named by something, 6 are not\nnames: the service names 1 of 6\n"
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for name, want := range map[string]string{
		found + "/one/named": "a/tests\n", found + "/two/named": "b/test\n", found + "/python/named": "",
		names + "/one/named": "", names + "/two/named": "b/tests\n", names + "/python/named": "",
	} {
		got, err := os.ReadFile(name)
		if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
			t.Errorf("%s: %v -want +got:\n%s", name, err, diff)
		}
	}
	reports := t.TempDir()
	for group, file := range map[string]string{"one": a, "two": b} {
		args := []string{
			"install", "--python", "3.13", "--slim", "safe", "--slim-keep", "a/x.pyi", "--slim-drop", "b/notes.txt", "--out", filepath.Join(t.TempDir(), "out"),
			"--named", filepath.Join(found, group, "named"), "--named", filepath.Join(names, group, "named"), "--wheel", file, "--report", filepath.Join(reports, group),
		}
		if err := run(args, &stderr); err != nil {
			t.Fatal(err)
		}
	}
	const site = "/opt/venv/lib/python3.13/site-packages/"
	for group, want := range map[string]report.Layer{
		"one": {Parts: []report.Part{{Name: "a 1.0", Package: true}}, Removed: []report.Removal{{Path: site + "a/docs", Rule: "docs"}}},
		"two": {Parts: []report.Part{{Name: "b 1.0", Package: true}}, Removed: []report.Removal{{Path: site + "b/notes.txt", Rule: "drop"}}},
	} {
		got, err := report.Read(filepath.Join(reports, group))
		if err != nil {
			t.Fatal(err)
		}
		if got.Files == 0 || got.Bytes == 0 || got.Parts[0].Bytes != got.Bytes {
			t.Errorf("%+v", got)
		}
		got.Files, got.Bytes, got.Parts[0].Bytes = 0, 0, 0
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", group, diff)
		}
	}
}

// What a layer depends on does not change when packages of other layers do, unless they
// name something of it.
func TestScanGivesAGroupWhatConcernsIt(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir := t.TempDir()
	a := writeWheel(t, dir, "a-1.0-py3-none-any.whl", "-- a/__init__.py --\nfrom . import tests\n-- a/tests/__init__.py --\n")
	first := ""
	for _, text := range []string{"", "-- b/tests/__init__.py --\n", "-- b.py --\nimport b.tests, c\n-- b/tests/__init__.py --\n-- b/x.so --\n"} {
		b := writeWheel(t, dir, "b-1.0-py3-none-any.whl", text)
		out := filepath.Join(t.TempDir(), "out")
		err := run([]string{
			"scan", "--python", "3.13", "--slim", "max", "--out", out, "--wheel", a, "--wheel", b,
			"--group", "one=a-1.0-py3-none-any.whl", "--group", "two=b-1.0-py3-none-any.whl",
		}, &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		got := rootfstest.List(t, filepath.Join(out, "one"))
		data, err := os.ReadFile(filepath.Join(out, "one/named"))
		if got += string(data); err != nil || first != "" && got != first || !strings.Contains(got, "a/tests") {
			t.Errorf("%v, got %s\nwant %s", err, got, first)
		}
		first = got
	}
}

func TestScanErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := writeWheel(t, dir, "a-1.0-py3-none-any.whl", "-- a.py --\n")
	const file = "a-1.0-py3-none-any.whl"
	if err := os.WriteFile(filepath.Join(dir, "b-1.0-py3-none-any.whl"), []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no Python", []string{"--python", ""}, `scan: --python: "" is not a version, such as 3.13`},
		{"a level that is none", []string{"--slim", "most"}, `scan: --slim: level "most" (none, safe and max work)`},
		{"a glob that is none", []string{"--slim-keep", "a//b"}, `scan: --slim: keep: glob "a//b": an empty part (a path such as numpy/tests works)`},
		{"a group of nothing", []string{"--group", "x=y.whl"}, "scan: --group: no --wheel is named y.whl"},
		{"a group without a name", []string{"--group", "=" + file}, `scan: --group: "=` + file + `" is not NAME=A.whl,B.whl`},
		{"a group that leads elsewhere", []string{"--group", "../x=" + file}, `scan: --group: "../x=` + file + `" is not NAME=A.whl,B.whl`},
		{"the group of the standard library", []string{"--group", "python=" + file}, `scan: --group: "python=` + file + `" is not NAME=A.whl,B.whl`},
		{"two groups", []string{"--group", "x=" + file, "--group", "y=" + file}, "scan: --group: " + file + " is in two groups"},
		{"no such wheel", []string{"--wheel", dir + "/c-1.0-py3-none-any.whl"}, "scan: c-1.0-py3-none-any.whl: open " + dir + "/c-1.0-py3-none-any.whl: no such file or directory"},
		{"no archive", []string{"--wheel", dir + "/b-1.0-py3-none-any.whl"}, "scan: b-1.0-py3-none-any.whl: zip: not a valid zip file"},
		{"no wheel", []string{"--wheel", dir}, "scan: " + filepath.Base(dir) + ": "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"scan", "--out", filepath.Join(t.TempDir(), "out"), "--python", "3.13", "--slim", "safe", "--wheel", a}, tt.args...)
			err := run(args, &bytes.Buffer{})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestNamesErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("[]"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, want string }{
		{"--candidates " + dir + "/none --app " + dir, "names: --candidates: open " + dir + "/none: no such file or directory"},
		{"--candidates " + bad + " --app " + dir, "names: --candidates: " + bad + ": json: "},
		{"--candidates " + bad + " --app " + dir + "/none", "names: --app: stat " + dir + "/none: no such file or directory"},
	} {
		err := run(append([]string{"names", "--out", filepath.Join(dir, "out")}, strings.Fields(tt.args)...), &bytes.Buffer{})
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}
}

func TestInstallWithRulesThatAreWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := writeWheel(t, dir, "a-1.0-py3-none-any.whl", "-- a.py --\n")
	for _, tt := range []struct{ args, want string }{
		{"--slim most", `install: --slim: level "most" (none, safe and max work)`},
		{"--slim safe --slim-drop ?", `install: --slim: drop: glob "?": `},
		{"--slim safe --named " + dir + "/none", "install: --named: open " + dir + "/none: no such file or directory"},
	} {
		args := append([]string{"install", "--python", "3.13", "--out", filepath.Join(t.TempDir(), "out"), "--wheel", a}, strings.Fields(tt.args)...)
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}
}
