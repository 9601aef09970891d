package golden

import (
	"os"
	"path/filepath"
	"testing"
)

const before = "What the case is about.\n-- in --\na\n-- out --\nb\n"

func write(t *testing.T, text string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "case.txtar")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func compare(out string) func(*testing.T, *Case) {
	return func(_ *testing.T, c *Case) {
		c.Input("in")
		c.Compare("out", []byte(out))
	}
}

func TestCaseIsLeftAloneWhereItHolds(t *testing.T) {
	dir, path := write(t, before)
	t.Run("cases", func(t *testing.T) { Run(t, dir, compare("b")) })
	if got := read(t, path); got != before {
		t.Errorf("got %q", got)
	}
}

func TestUpdateRewritesOneSection(t *testing.T) {
	for _, c := range []struct{ name, out, want string }{
		{"changed", "c\n", "What the case is about.\n-- in --\na\n-- out --\nc\n"},
		{"removed", "", "What the case is about.\n-- in --\na\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("UPDATE_GOLDEN", "1")
			t.Setenv("CI", "")
			dir, path := write(t, before)
			t.Run("cases", func(t *testing.T) { Run(t, dir, compare(c.out)) })
			if got := read(t, path); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestUpdateMakesFile(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "1")
	t.Setenv("CI", "")
	path := filepath.Join(t.TempDir(), "sub", "file.golden")
	File(t, path, []byte("text\n"))
	if got := read(t, path); got != "text\n" {
		t.Errorf("got %q", got)
	}
}

func TestUpdateIsRefusedInCI(t *testing.T) {
	t.Parallel()
	env := map[string]string{"UPDATE_GOLDEN": "1", "CI": "true"}
	if yes, err := wanted(func(name string) string { return env[name] }); yes || err == nil {
		t.Errorf("got %v, %v; want an error", yes, err)
	}
}
