package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/spec"
)

func TestCheckShowsEachMistakeInItsLine(t *testing.T) {
	t.Parallel()
	k := newKeelback(t, nil)
	path := k.write("keelback.yaml", "name: demo\ncommand: [a]\nports: [70000]\nruntime: {base: debain}\n")
	out := k.run("check", k.dir)
	out.wantCode(t, exitUsage)
	var marks []string
	for line := range strings.Lines(out.stderr) {
		if before, _, ok := strings.Cut(line, "^"); ok {
			marks = append(marks, before)
		}
	}
	wantText(t, out.stderr, path+":3:9: ports[0]: ", path+":4:17: runtime.base: ",
		"\n    3 | ports: [70000]\n      |         ^^^^^\n",
		"\n    4 | runtime: {base: debain}\n      |                 ^^^^^^\n",
		"ERROR: 2 errors in the spec\n")
	if len(marks) != 2 {
		t.Errorf("%d lines are marked, want 2", len(marks))
	}
}

func TestCheckWithoutMistakes(t *testing.T) {
	t.Parallel()
	k := newKeelback(t, nil)
	path := k.write("keelback.yaml", "name: demo\npython: \"3.13\"\ncommand: [a]\nargs: {LEVEL: info}\nenv: {LEVEL: \"${LEVEL}\"}\n")
	out := k.run("check", k.dir, "--build-arg", "LEVEL=debug", "--build-arg", "HTTP_PROXY=http://a")
	out.wantCode(t, 0)
	if diff := cmp.Diff(path+": no mistakes\n", out.stdout); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
}

func TestCheckReadsTheContextAsTheBuildDoes(t *testing.T) {
	t.Parallel()
	requirements := "a==1 --hash=sha256:" + strings.Repeat("0", 64) + "\n"
	for name, c := range map[string]struct {
		files map[string]string
		code  int
		want  string
	}{
		"a lock":                      {map[string]string{"requirements.txt": requirements}, 0, "no mistakes"},
		"two locks":                   {map[string]string{"requirements.txt": requirements, "uv.lock": ""}, exitUsage, "uv.lock"},
		"one of two locks is ignored": {map[string]string{"requirements.txt": requirements, "uv.lock": "", ".dockerignore": "uv.lock"}, 0, "no mistakes"},
		"ignored for this spec alone": {map[string]string{"requirements.txt": requirements, "uv.lock": "", "keelback.yaml.dockerignore": "uv.lock"}, 0, "no mistakes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeelback(t, nil)
			k.write("keelback.yaml", "name: demo\npython: \"3.13\"\ncommand: [a]\n")
			for file, text := range c.files {
				k.write(file, text)
			}
			out := k.run("check", k.dir)
			out.wantCode(t, c.code)
			wantText(t, out.stdout+out.stderr, c.want)
		})
	}
}

func TestMistakesAreFoundBeforeADaemonIsAsked(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"build", "llb"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			k := newKeelback(t, nil)
			k.write("keelback.yaml", "name: demo\n")
			out := k.run(command, k.dir, "--addr", "unix:///does/not/exist")
			out.wantCode(t, exitUsage)
			wantText(t, out.stderr, "command: ")
		})
	}
}

func TestSchemaIsPrinted(t *testing.T) {
	t.Parallel()
	out := newKeelback(t, nil).run("schema")
	out.wantCode(t, 0)
	if out.stdout != string(spec.Schema()) {
		t.Errorf("stdout is not the schema:\n%s", out.stdout)
	}
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	k := newKeelback(t, nil)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"bild"}, "keelback --help"},
		{[]string{"build", "--nope"}, "keelback build --help"},
		{[]string{"build", "a", "b"}, "keelback build --help"},
		{[]string{"build", "/does/not/exist"}, "neither a directory nor a URL"},
		{[]string{"build", k.path("keelback.yaml")}, "--file"},
		{[]string{"build", k.dir, "-f", "/does/not/exist"}, "/does/not/exist"},
		{[]string{"build", k.dir, "--progress", "loud"}, "--progress loud"},
		{[]string{"check", k.dir, "--build-arg", "=x"}, "NAME=VALUE"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			out := k.run(c.args...)
			out.wantCode(t, exitUsage)
			wantText(t, out.stderr, "ERROR: ", c.want)
		})
	}
}

func TestABuildKitThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want []string
	}{
		"--addr": {
			args: []string{"--addr", "unix:///does/not/exist"},
			want: []string{"ERROR: --addr unix:///does/not/exist: no BuildKit answers there: dial unix /does/not/exist: connect: no such file or directory\n"},
		},
		"BUILDKIT_HOST": {
			env:  map[string]string{"BUILDKIT_HOST": "unix:///does/not/exist"},
			want: []string{"ERROR: BUILDKIT_HOST unix:///does/not/exist: no BuildKit"},
		},
		"--addr before BUILDKIT_HOST": {
			env:  map[string]string{"BUILDKIT_HOST": "unix:///a"},
			args: []string{"--addr", "tcp://127.0.0.1:1"},
			want: []string{"ERROR: --addr tcp://127.0.0.1:1: ", "connection refused"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeelback(t, nil)
			k.env = c.env
			out := k.buildDir(c.args...)
			out.wantCode(t, exitFailed)
			wantText(t, out.stderr, c.want...)
		})
	}
}

func TestLongLinesAreCutAroundTheMistake(t *testing.T) {
	t.Parallel()
	k := newKeelback(t, nil)
	k.write("keelback.yaml", "name: demo\ncommand: ["+strings.Repeat("a, ", 500)+"5]\n")
	out := k.run("check", k.dir)
	out.wantCode(t, exitUsage)
	for line := range strings.Lines(out.stderr) {
		if len(line) > 200 {
			t.Errorf("a line of %d characters: %.80s...", len(line), line)
		}
	}
	wantText(t, out.stderr, "a, a, 5]\n", " ^\n")
}
