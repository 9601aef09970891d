package spec

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoBuildKit keeps the spec readable without BuildKit, for editors and checks.
func TestNoBuildKit(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			for _, bad := range []string{"github.com/moby/buildkit", "github.com/docker/", "github.com/containerd/"} {
				if strings.Contains(spec.Path.Value, bad) {
					t.Errorf("%s imports %s", path, spec.Path.Value)
				}
			}
		}
	}
}
