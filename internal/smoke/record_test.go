package smoke_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/smoke"
)

// hooked makes a virtual environment that records, and returns its Python and
// what cache files are named by: cpython-313.
func hooked(t *testing.T, record string) (python, tag string) {
	t.Helper()
	needsRoot(t)
	home := interpreter(t)
	out, err := exec.Command(home, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.cache_tag)").Output()
	if err != nil {
		t.Fatal(err)
	}
	version, tag, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	dir := app(t, map[string][]byte{"pyvenv.cfg": []byte("home = " + filepath.Dir(home) + "\ninclude-system-site-packages = false\n")})
	for _, e := range smoke.Hook(version, record) {
		data, err := e.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, strings.TrimPrefix(e.Path, "/opt/venv"))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	python = filepath.Join(dir, "bin/python")
	if err := os.Symlink(home, python); err != nil {
		t.Fatal(err)
	}
	return python, tag
}

// bytecode is a tree with the names of all bytecode that sources may have.
func bytecode(t *testing.T, dir, tag string) string {
	t.Helper()
	tree := t.TempDir()
	files, err := filepath.Glob(filepath.Join(dir, "*.py"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(dir, "*/*.py"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, more...) {
		cache := filepath.Join(tree, filepath.Dir(file), "__pycache__")
		if err := os.MkdirAll(cache, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, end := range []string{".pyc", ".opt-1.pyc"} {
			name := strings.TrimSuffix(filepath.Base(file), ".py") + "." + tag + end
			if err := os.WriteFile(filepath.Join(cache, name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return tree
}

// TestRecord runs a service several times, at once with other tests. The list is the
// same each time: it does not hang on timing.
func TestRecord(t *testing.T) {
	golden.Run(t, "testdata/record", func(t *testing.T, c *golden.Case) {
		want, _ := c.Input("list")
		files := c.Files("")
		delete(files, "list")
		files["server.py"] = []byte(server)
		dir := app(t, files)
		work := app(t, nil)
		recording := &smoke.Recording{File: filepath.Join(work, "record/bytecode"), Out: filepath.Join(work, "out")}
		python, tag := hooked(t, recording.File)
		recording.Trees = []smoke.Tree{{Name: "app", Dir: bytecode(t, dir, tag)}, {Name: "none", Dir: t.TempDir()}}
		plan := &smoke.Plan{
			Command: []string{python, "-m", "service"}, Health: []string{python, "-I", "-S", "-c", health}, Port: 8000,
			Dir: dir, Python: python, Timeout: "60s", User: smoke.User{UID: 1001, GID: 1001}, Imports: []string{"unused"},
		}
		for range 3 {
			log, problem := run(t, options{Plan: plan, Env: []string{"PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1"}, Recording: recording})
			if problem != "" {
				t.Fatalf("%s\n%s", problem, log)
			}
			if !strings.Contains(log, "smoke: the service loads 17 of 42 modules\n") {
				t.Errorf("log:\n%s", log)
			}
			list, err := os.ReadFile(filepath.Join(recording.Out, "app/list"))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.NewReplacer(dir+"/", "", "__pycache__/", "", "."+tag+".", ".V.").Replace(string(list))
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if list, err := os.ReadFile(filepath.Join(recording.Out, "none/list")); err != nil || len(list) > 0 {
				t.Errorf("a tree without bytecode: %q, %v", list, err)
			}
		}
	})
}

// What Python loads before it reads .pth files is recorded as well.
func TestRecordStandardLibrary(t *testing.T) {
	t.Parallel()
	work := app(t, nil)
	recording := &smoke.Recording{File: filepath.Join(work, "record/bytecode"), Out: filepath.Join(work, "out")}
	python, tag := hooked(t, recording.File)
	out, err := exec.Command(python, "-I", "-c", "import encodings, os.path; print(os.path.dirname(encodings.__path__[0]))").Output()
	if err != nil {
		t.Fatal(err)
	}
	std, tree := strings.TrimSpace(string(out)), t.TempDir()
	for _, name := range []string{"encodings/__pycache__/__init__", "encodings/__pycache__/utf_8", "__pycache__/colorsys", "__pycache__/os", "__pycache__/this"} {
		file := filepath.Join(tree, std, name+"."+tag+".pyc")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recording.Trees = []smoke.Tree{{Name: "python", Dir: tree}}
	plan := &smoke.Plan{Imports: []string{"colorsys"}, Dir: work, Python: python, User: smoke.User{UID: 1001, GID: 1001}}
	log, problem := run(t, options{Plan: plan, Env: []string{"PATH=/usr/bin:/bin"}, Recording: recording})
	if problem != "" {
		t.Fatalf("%s\n%s", problem, log)
	}
	list, err := os.ReadFile(filepath.Join(recording.Out, "python/list"))
	if err != nil {
		t.Fatal(err)
	}
	want := "__pycache__/colorsys.V.pyc\nencodings/__pycache__/__init__.V.pyc\nencodings/__pycache__/utf_8.V.pyc\n"
	if diff := cmp.Diff(want, strings.NewReplacer(std+"/", "", "."+tag+".", ".V.").Replace(string(list))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRecordErrors(t *testing.T) {
	t.Parallel()
	work := app(t, map[string][]byte{"module.py": nil})
	record := filepath.Join(work, "record/bytecode")
	withHook, tag := hooked(t, record)
	plain := interpreter(t)
	tree := bytecode(t, work, "other-"+tag)
	tests := []struct{ name, python, want string }{
		{"no Python has the hook", plain, "record: no Python of the service was seen (bytecode: strip, or compile)\n"},
		{"bytecode of another version", withHook, "record: the service asks for none of the 2 files of bytecode (optimize: is PYTHONOPTIMIZE in env the same?)\n"},
	}
	for _, tt := range tests {
		recording := &smoke.Recording{File: record, Out: filepath.Join(work, "out"), Trees: []smoke.Tree{{Name: "app", Dir: tree}}}
		plan := &smoke.Plan{Imports: []string{"module"}, Dir: work, Python: tt.python, User: smoke.User{UID: 1001, GID: 1001}}
		_, problem := run(t, options{Plan: plan, Env: []string{"PYTHONDONTWRITEBYTECODE=1"}, Recording: recording})
		if diff := cmp.Diff(tt.want, problem); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
}

// TestRecordThatDependsOnTiming is for services whose list cannot be told for sure.
func TestRecordThatDependsOnTiming(t *testing.T) {
	t.Parallel()
	const busy = `import threading
def work():
    while True: pass
threading.Thread(target=work, daemon=True).start()
`
	const ends = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *args: sys.exit(0))\n"
	const deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
	const serves = "from server import serve\nserve()\n"
	const warning = `{
 "did": "DID",
 "warnings": [
  "the service does not come to rest within 10 s, so the list of what it imports may differ from build to build (bytecode: compile)"
 ]
}
`
	tests := []struct {
		name, service     string
		module            bool
		problem, warnings string
	}{
		{"it has to be killed", deaf + serves, false, "the service does not end on SIGTERM, so what it imports cannot be listed for sure (handle the signal, or bytecode: compile)\n", ""},
		{"it is never at rest", ends + busy + serves, false, "", strings.Replace(warning, "DID", "started", 1)},
		{"a script is never at rest", busy + serves, true, "", strings.Replace(warning, "DID", "imported", 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, work := app(t, map[string][]byte{"server.py": []byte(server), "service.py": []byte(tt.service)}), app(t, nil)
			recording := &smoke.Recording{File: filepath.Join(work, "record/bytecode"), Out: filepath.Join(work, "out")}
			python, tag := hooked(t, recording.File)
			recording.Trees = []smoke.Tree{{Name: "app", Dir: bytecode(t, dir, tag)}}
			plan := &smoke.Plan{Command: []string{python, "service.py"}, Module: tt.module, Dir: dir, Python: python, User: smoke.User{UID: 1001, GID: 1001}}
			if !tt.module {
				plan.Health, plan.Port = []string{python, "-I", "-S", "-c", health}, 8000
			}
			result := filepath.Join(work, "result.json")
			log, problem := run(t, options{Plan: plan, Env: []string{"PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1"}, Recording: recording, Result: result})
			if diff := cmp.Diff(tt.problem, problem); diff != "" {
				t.Fatalf("-want +got:\n%s\n%s", diff, log)
			}
			if tt.problem != "" {
				return
			}
			got, err := os.ReadFile(result)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.warnings, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			list, err := os.ReadFile(filepath.Join(recording.Out, "app/list"))
			if err != nil || strings.Count(string(list), "\n") != 1 {
				t.Errorf("the list is %q, %v; server alone is imported", list, err)
			}
		})
	}
}
