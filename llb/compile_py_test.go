package llb_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

const modules = `
-- opt/venv/bin/tool.py --
x = 1
-- opt/venv/lib/pkg/__init__.py --
"""A docstring."""
names = {"a", "b", "c"}
def known(x):
    return x in {"a", "b", "c"}
-- opt/venv/lib/pkg/sub/more.py --
assert names
-- opt/venv/lib/pkg/old.py --
print "two"
-- opt/venv/lib/pkg/templates/broken.py --
{{ cookiecutter }} =
-- opt/venv/lib/pkg/notes.txt --
-- opt/venv/lib/pkg/link.py -> __init__.py --
-- opt/venv/private/ 0700 3:4 --
-- opt/venv/private/key.py --
-- opt/venv/private/nul.py --
` + "\x00"

func compileTree(t *testing.T, tree, level string, env ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-S", "-s", "-B", "-W", "ignore", "compile.py", tree, out, level)
	cmd.Env = append(os.Environ(), append([]string{"PYTHONHASHSEED=0"}, env...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// cacheTag is what stands between a module's name and .pyc.
func cacheTag(t *testing.T) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), "python3", "-c", "import sys; print(sys.implementation.cache_tag)").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestCompileProgramWritesWhatAnImageNeeds(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	out := compileTree(t, rootfstest.Text(t, modules), "0")
	var got strings.Builder
	for line := range strings.Lines(rootfstest.List(t, out)) {
		fields := strings.Fields(line)
		if fields[0][0] == '-' {
			line = strings.Join(fields[:3], " ") + "\n" // sizes differ from version to version
		}
		got.WriteString(strings.ReplaceAll(line, cacheTag(t), "TAG"))
	}
	const want = `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /opt (2020-02-02)
drwxr-xr-x 0:0 /opt/venv (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/pkg (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/pkg/__pycache__
-rw-r--r-- 0:0 /opt/venv/lib/pkg/__pycache__/__init__.TAG.pyc
drwxr-xr-x 0:0 /opt/venv/lib/pkg/sub (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/lib/pkg/sub/__pycache__
-rw-r--r-- 0:0 /opt/venv/lib/pkg/sub/__pycache__/more.TAG.pyc
drwx------ 3:4 /opt/venv/private (2020-02-02)
drwxr-xr-x 0:0 /opt/venv/private/__pycache__
-rw-r--r-- 0:0 /opt/venv/private/__pycache__/key.TAG.pyc
`
	if diff := cmp.Diff(want, "\n"+got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCompileProgramNamesThePlaceInTheImage(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	out := compileTree(t, rootfstest.Text(t, modules), "0")
	file := filepath.Join(out, "opt/venv/lib/pkg/__pycache__/__init__."+cacheTag(t)+".pyc")
	const program = "import sys,marshal; d = open(sys.argv[1],'rb').read(); c = marshal.loads(d[16:]); print(c.co_filename, d[4], c.co_consts[0])"
	text, err := exec.CommandContext(t.Context(), "python3", "-c", program, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	// 1 in the flags is a hash that is not checked.
	if got, want := string(text), "/opt/venv/lib/pkg/__init__.py 1 A docstring.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCompileProgramGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	tree := rootfstest.Text(t, modules)
	first := digests(t, compileTree(t, tree, "0"))
	again := digests(t, compileTree(t, rootfstest.Text(t, modules), "0", "TZ=Asia/Tokyo", "SOURCE_DATE_EPOCH=1", "LANG=de_DE.UTF-8"))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("-first +again:\n%s", diff)
	}
	// From Python 3.11 on the sets among the constants are written in an order of their
	// own. Before that it is the seed's.
	differ := slices.ContainsFunc([]string{"1", "2", "3", "4"}, func(seed string) bool {
		return digests(t, compileTree(t, tree, "0", "PYTHONHASHSEED="+seed)) != first
	})
	if want := slices.Contains([]string{"cpython-39", "cpython-310"}, cacheTag(t)); differ != want {
		t.Errorf("other seeds give other bytes: %t, want %t", differ, want)
	}
	if other := digests(t, compileTree(t, tree, "2")); strings.Count(other, ".opt-2.pyc") != 3 || other == first {
		t.Errorf("level 2 gives\n%s", other)
	}
}

func digests(t *testing.T, dir string) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), "sh", "-c", "cd \"$0\" && find . -type f | sort | xargs sha256sum", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
