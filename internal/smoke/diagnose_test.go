package smoke

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/report"
)

// TestDiagnoseRemoval says of what is missing which rule took it.
func TestDiagnoseRemoval(t *testing.T) {
	t.Parallel()
	there := filepath.Join(t.TempDir(), "libthere.so.1")
	if err := os.WriteFile(there, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	const site, std = "/opt/venv/lib/python3.13/site-packages/", "/usr/local/lib/python3.13/"
	removed := []*report.Layer{
		{Removed: []report.Removal{
			{Path: site + "numpy/tests", Rule: "tests"},
			{Path: site + "numpy/testing/_private.py", Rule: "named"},
			{Path: site + "native/_fast.cpython-313-x86_64-linux-gnu.so", Rule: "native"},
			{Path: site + "babel/locale-data/xx.dat", Rule: "babel-locales"},
			{Path: site + "plug", Rule: "plug"},
			{Path: site + "torch/lib/libcudnn.so.9", Rule: "cuda"},
			{Path: there, Rule: "debug-symbols"},
		}},
		{Removed: []report.Removal{
			{Path: std + "idlelib", Rule: "idle"},
			{Path: std + "lib-dynload/_tkinter.cpython-313-x86_64-linux-gnu.so", Rule: "tkinter"},
			{Path: "/usr/share/nowhere", Rule: "docs"},
		}},
	}
	tests := []struct{ name, line, want string }{
		{"a folder", "ModuleNotFoundError: No module named 'numpy.tests'", took("tests", site+"numpy/tests", "numpy/tests/**")},
		{"a module in a folder", "ModuleNotFoundError: No module named 'numpy.tests.helper'", took("tests", site+"numpy/tests", "numpy/tests/**")},
		{"a module", "ModuleNotFoundError: No module named 'numpy.testing._private'", took("named", site+"numpy/testing/_private.py", "numpy/testing/_private.py")},
		{"a name of a package", "ImportError: cannot import name 'tests' from 'numpy' (" + site + "numpy/__init__.py)", took("tests", site+"numpy/tests", "numpy/tests/**")},
		{"an attribute", "AttributeError: module 'numpy' has no attribute 'tests'", took("tests", site+"numpy/tests", "numpy/tests/**")},
		{"an extension module", "ImportError: cannot import name '_fast' from 'native' (" + site + "native/__init__.py)", took("native", site+"native/_fast.cpython-313-x86_64-linux-gnu.so", "native/_fast.cpython-313-x86_64-linux-gnu.so")},
		{"a data file", "FileNotFoundError: [Errno 2] No such file or directory: '" + site + "babel/locale-data/xx.dat'", took("babel-locales", site+"babel/locale-data/xx.dat", "babel/locale-data/xx.dat")},
		{"a file in a folder", "FileNotFoundError: [Errno 2] No such file or directory: '/usr/share/nowhere/a/b'", took("docs", "/usr/share/nowhere", "/usr/share/nowhere/**")},
		{"a package", "ModuleNotFoundError: No module named 'plug'", took("plug", site+"plug", "plug/**")},
		{"a library", "ImportError: libcudnn.so.9: cannot open shared object file: No such file or directory", took("cuda", site+"torch/lib/libcudnn.so.9", "torch/lib/libcudnn.so.9")},
		{"a library on musl", "ImportError: Error loading shared library libcudnn.so.9: No such file or directory (needed by a)", took("cuda", site+"torch/lib/libcudnn.so.9", "torch/lib/libcudnn.so.9")},
		{"a library by ctypes", "OSError: " + site + "torch/lib/libcudnn.so.9: cannot open shared object file: No such file or directory", took("cuda", site+"torch/lib/libcudnn.so.9", "torch/lib/libcudnn.so.9")},
		{"the standard library", "ModuleNotFoundError: No module named 'idlelib'", took("idle", std+"idlelib", "idlelib/**")},
		{"an extension of the standard library", "ModuleNotFoundError: No module named '_tkinter'", took("tkinter", std+"lib-dynload/_tkinter.cpython-313-x86_64-linux-gnu.so", "lib-dynload/_tkinter.cpython-313-x86_64-linux-gnu.so")},
		{"a module of the same name elsewhere", "ModuleNotFoundError: No module named 'tests'", "tests is not in the image (add its package to the lock, or its folder to app: {include: [...]})"},
		{"what is there, but smaller", "ImportError: " + there + ": cannot open shared object file: No such file or directory", "no package of the image has " + there + " (runtime: {packages: [...]})"},
		{"a path that is there", "OSError: [Errno 8] Exec format error: '" + there + "'", ""},
		{"the package around what was removed", "ModuleNotFoundError: No module named 'numpy'", "numpy is not in the image (add its package to the lock, or its folder to app: {include: [...]})"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := &trial{runner: &runner{plan: &Plan{}}, removed: removed}
			if diff := cmp.Diff(tt.want, tr.diagnose([]string{"Traceback (most recent call last):", tt.line})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func took(rule, path, glob string) string {
	return `the rule "` + rule + `" took ` + path + ` away (keep it: slim: {keep: ["` + glob + `"]})`
}

// TestDiagnose is for causes that no case of TestRun shows.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, want string }{
		{"read-only root", "OSError: [Errno 30] Read-only file system: '/data/x.db'", "the service may not write to /data/x.db (writable: [/data], or a folder in /tmp)"},
		{"read-only root, no path", "[Errno 30] Read-only file system", "the root file system is read-only (writable: [FOLDER], or a folder in /tmp)"},
		{"sqlite", "sqlite3.OperationalError: unable to open database file", "the root file system is read-only (writable: [FOLDER], or a folder in /tmp)"},
		{"a module of the command", `ERROR:    Error loading ASGI app. Could not import module "orders.nope".`, "orders.nope is not in the image (add its package to the lock, or its folder to app: {include: [...]})"},
		{"settings", "  Field required [type=missing, input_value={}, input_type=dict]", "a setting may be missing (env: {NAME: ...}; what is only known later: smoke: {start: false})"},
		{"a library of the system", "OSError: libmagic.so.1: cannot open shared object file: No such file or directory", "no package of the image has libmagic.so.1 (runtime: {packages: [...]})"},
		{"a key that is no variable", "KeyError: 'price'", ""},
		{"nothing known", "ValueError: 3", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := &trial{runner: &runner{plan: &Plan{Command: []string{"x"}}}}
			if diff := cmp.Diff(tt.want, tr.diagnose([]string{tt.line})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
