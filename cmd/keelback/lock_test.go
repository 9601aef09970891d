package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLockReplacesOnlyWhatItMadeOfTheSameLock(t *testing.T) {
	t.Parallel()
	completed := func(from string) string {
		return "lock-version = \"1.0\"\n[tool.keelback]\ncompleted-from = \"" + from + "\"\n"
	}
	for name, c := range map[string]struct {
		old  string
		fine bool
	}{
		"made before":              {completed("requirements.txt"), true},
		"made of another lock":     {completed("poetry.lock"), false},
		"made by another tool":     {"lock-version = \"1.0\"\n", false},
		"no lock":                  {"not TOML [tool.keelback]", false},
		"only looks as if made so": {"# [tool.keelback]\n# completed-from = \"requirements.txt\"\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "pylock.toml")
			if err := mayReplace(file, []byte(completed("requirements.txt"))); err != nil {
				t.Errorf("nothing there: %v", err)
			}
			if err := os.WriteFile(file, []byte(c.old), 0o644); err != nil {
				t.Fatal(err)
			}
			err := mayReplace(file, []byte(completed("requirements.txt")))
			if (err == nil) != c.fine {
				t.Errorf("%v", err)
			}
			if err != nil && !strings.HasPrefix(err.Error(), file+": is a lock of its own, not one completed from requirements.txt (") {
				t.Errorf("%v", err)
			}
		})
	}
}
