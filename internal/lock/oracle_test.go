//go:build integration

package lock_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// TestOracleUV locks the projects of testdata/oracle with uv and compares what is
// selected of each lock, for this machine, with what `uv sync` would install. It
// needs uv in PATH and an index.
func TestOracleUV(t *testing.T) {
	uv, err := exec.LookPath("uv")
	if err != nil {
		t.Skip("no uv in PATH")
	}
	files, err := filepath.Glob("testdata/oracle/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no projects: %v", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := txtar.Write(archive, dir); err != nil {
			t.Fatal(err)
		}
		o := oracle{uv: uv, dir: dir}
		o.run(t, "lock", "--quiet")
		for _, f := range archive.Files {
			if !strings.HasPrefix(f.Name, "keelback.") {
				continue
			}
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txt")+"/"+f.Name, func(t *testing.T) {
				o.compare(t, f)
			})
		}
	}
}

type oracle struct{ uv, dir string }

func (o oracle) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), o.uv, args...)
	cmd.Dir = o.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("uv %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// platforms are those that uv models, as targets. The patch release stands for all.
var platforms = map[string]string{
	"x86_64-manylinux_2_36":      "x86_64 glibc 2.36",
	"aarch64-manylinux_2_36":     "aarch64 glibc 2.36",
	"x86_64-unknown-linux-musl":  "x86_64 musl 1.2",
	"aarch64-unknown-linux-musl": "aarch64 musl 1.2",
}

// compare holds the selection for one spec against uv: for each platform against what
// uv would install of the lock when it is exported, and of that export too; and, where
// there is an interpreter for it, against what it would sync.
func (o oracle) compare(t *testing.T, file txtar.File) {
	s := parse(t, file.Data)
	args := []string{"--frozen", "--no-default-groups"}
	for _, x := range s.Dependencies.Extras {
		args = append(args, "--extra", x)
	}
	for _, g := range s.Dependencies.Groups {
		args = append(args, "--group", g)
	}
	o.run(t, append([]string{"export", "--quiet", "--format", "pylock.toml", "--no-emit-local", "--output-file", "pylock.toml"}, args...)...)
	uvLock := o.load(t, s)
	exported := parse(t, selection.ReplaceAll(file.Data, []byte("{lock: pylock.toml")))
	pylock := o.load(t, exported)
	for platform, text := range platforms {
		target := parseTarget(t, s.Python+".9 "+text)
		want := o.planned(t, "pip", "install", "--dry-run", "--no-deps", "--target", "target", "--python-version", s.Python+".9", "--python-platform", platform, "-r", "pylock.toml")
		same(t, "uv.lock on "+platform, want, selected(t, uvLock, s, target))
		same(t, "pylock.toml on "+platform, want, selected(t, pylock, exported, target))
	}
	if o.has(t, s.Python) {
		want := o.planned(t, append([]string{"sync", "--dry-run", "--no-install-local", "--python", s.Python}, args...)...)
		same(t, "uv.lock here", want, selected(t, uvLock, s, o.target(t, s.Python)))
	}
}

// selection is what a spec says of extras and groups. What uv exports has them baked in.
var selection = regexp.MustCompile(`\{lock: uv.lock(?:, (?:extras|groups): \[[^]]*\])*`)

func parse(t *testing.T, data []byte) *spec.Spec {
	t.Helper()
	s, err := spec.Parse("keelback.yaml", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// has tells whether there is an interpreter of a version.
func (o oracle) has(t *testing.T, python string) bool {
	t.Helper()
	return exec.CommandContext(t.Context(), o.uv, "python", "find", "--no-python-downloads", python).Run() == nil
}

// load reads a lock as a project does.
func (o oracle) load(t *testing.T, s *spec.Spec) *lock.Lock {
	t.Helper()
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	files, err := lock.OpenDir(root, "keelback.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := lock.Load(t.Context(), s, files)
	if err != nil {
		t.Fatal(err)
	}
	return p.Lock
}

// planned is a line of what uv would do, such as ` + anyio==4.9.0`.
var planned = regexp.MustCompile(`(?m)^ \+ ([a-z0-9-]+)==(\S+)`)

func (o oracle) planned(t *testing.T, args ...string) []string {
	t.Helper()
	var all []string
	for _, m := range planned.FindAllStringSubmatch(o.run(t, args...), -1) {
		all = append(all, m[1]+" "+m[2])
	}
	slices.Sort(all)
	return all
}

func selected(t *testing.T, l *lock.Lock, s *spec.Spec, target wheel.Target) []string {
	t.Helper()
	chosen, err := l.Select(s, target)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range chosen {
		all = append(all, d.Name+" "+d.Version)
	}
	slices.Sort(all)
	return all
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: uv -, Select +:\n%s", what, diff)
	}
	if len(got) == 0 {
		t.Errorf("%s: nothing is installed", what)
	}
}

// target is this machine with the interpreter that uv takes.
func (o oracle) target(t *testing.T, python string) wheel.Target {
	t.Helper()
	script := "import platform; print(platform.python_version(), platform.libc_ver()[1])"
	out := strings.Fields(o.run(t, "run", "--no-project", "--quiet", "--python", python, "python", "-c", script))
	if len(out) != 2 {
		t.Fatalf("not Python on glibc: %q", out)
	}
	machine, err := wheel.Machine(runtime.GOARCH, "")
	if err != nil {
		t.Fatal(err)
	}
	return parseTarget(t, out[0]+" "+machine+" glibc "+out[1])
}

// TestOracleComplete completes requirements with hashes by what uv answers to the
// queries, and compares what is selected then with what uv would install of them.
func TestOracleComplete(t *testing.T) {
	uv, err := exec.LookPath("uv")
	if err != nil {
		t.Skip("no uv in PATH")
	}
	for name, sdists := range map[string]string{"service": "", "forks": "", "large": "lz4, watchdog"} {
		archive, err := txtar.ParseFile("testdata/oracle/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		o := oracle{uv: uv, dir: t.TempDir()}
		if err := txtar.Write(archive, o.dir); err != nil {
			t.Fatal(err)
		}
		o.run(t, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--output-file", "requirements.txt", "pyproject.toml")
		for _, python := range []string{"3.11", "3.12"} {
			t.Run(name+" on "+python, func(t *testing.T) { o.complete(t, python, sdists) })
		}
	}
}

func (o oracle) complete(t *testing.T, python, sdists string) {
	s := parse(t, []byte("name: shop\npython: \""+python+"\"\ncommand: [shop]\nbuilder: {unlocked: true}\ndependencies: {lock: requirements.txt, allow_sdist: ["+sdists+"]}\n"))
	l := o.load(t, s)
	var answers [][]byte
	for _, q := range l.Missing() {
		if err := os.WriteFile(filepath.Join(o.dir, "query.txt"), []byte(q.Requirements), 0o644); err != nil {
			t.Fatal(err)
		}
		o.run(t, "pip", "compile", "--quiet", "--universal", "--no-deps", "--python-version", python, "--format", "pylock.toml", "--output-file", "pylock.answer.toml", "query.txt")
		answer, err := os.ReadFile(filepath.Join(o.dir, "pylock.answer.toml"))
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
	}
	done, err := l.Complete(answers)
	if err != nil {
		t.Fatal(err)
	}
	pylock, err := done.Pylock()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.dir, "pylock.toml"), pylock, 0o644); err != nil {
		t.Fatal(err)
	}
	for platform, text := range platforms {
		target := parseTarget(t, s.Python+".9 "+text)
		want := o.planned(t, "pip", "install", "--dry-run", "--no-deps", "--target", "target", "--python-version", s.Python+".9", "--python-platform", platform, "-r", "requirements.txt")
		same(t, "completed on "+platform, want, selected(t, done, s, target))
		if !o.has(t, python) {
			continue // uv holds requires-python against the interpreter that it runs with
		}
		want = o.planned(t, "pip", "install", "--dry-run", "--no-deps", "--target", "target", "--python-version", s.Python+".9", "--python-platform", platform, "-r", "pylock.toml")
		same(t, "pylock.toml, read by uv on "+platform, want, selected(t, done, s, target))
	}
}
