package main

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// Rules by name apply once it was searched for names, also when nothing was found.
func TestRulesByNameNeedASearch(t *testing.T) {
	t.Parallel()
	dir := rootfstest.Text(t, "-- empty --\n-- found --\npandas/tests\n")
	tests := []struct {
		name  string
		files []string
		want  bool
	}{
		{"nothing was searched", nil, false},
		{"nothing was found", []string{"empty"}, true},
		{"nothing was found, twice", []string{"empty", "empty"}, true},
		{"it was found", []string{"empty", "found"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			flags := flag.NewFlagSet("install", flag.ContinueOnError)
			f := addSlimFlags(flags).addNamed(flags)
			args := []string{"--slim", "safe"}
			for _, name := range tt.files {
				args = append(args, "--named", filepath.Join(dir, name))
			}
			if err := flags.Parse(args); err != nil {
				t.Fatal(err)
			}
			s, err := f.slimmer()
			if err != nil {
				t.Fatal(err)
			}
			if _, got := s.Removes("pandas", "pandas/tests/frame/test_api.py"); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
