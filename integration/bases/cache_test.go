package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestPruneRemovesVersionsThatNobodyUses(t *testing.T) {
	t.Parallel()
	now := time.Now()
	cache := t.TempDir()
	ages := map[string]time.Duration{"own": 30, "recent": 13, "old": 15}
	for name, days := range ages {
		dir := filepath.Join(cache, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		used := now.Add(-days * 24 * time.Hour)
		if err := os.Chtimes(dir, used, used); err != nil {
			t.Fatal(err)
		}
	}
	if err := prune(filepath.Join(cache, "own"), now); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"own": true, "recent": true, "old": false} {
		if _, err := os.Stat(filepath.Join(cache, name)); (err == nil) != want {
			t.Errorf("%s: exists is %t, want %t", name, err == nil, want)
		}
	}
}
