package main

import (
	"path/filepath"
	"testing"

	"github.com/keelback/keelback/internal/golden"
)

// TestGeneratedFilesAreFresh fails after a change of the spec's comments or tags
// until `go generate ./spec` is run.
func TestGeneratedFilesAreFresh(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files, err := generate(filepath.Join(root, "spec"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		golden.File(t, filepath.Join(root, f.path), f.data)
	}
}
