// Command specdoc writes the JSON Schema and the reference of the spec from the Go
// comments and struct tags of package spec. It is run by `go generate ./spec`.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(".."); err != nil {
		fmt.Fprintln(os.Stderr, "specdoc:", err)
		os.Exit(1)
	}
}

// run writes the files of the repository at root.
func run(root string) error {
	files, err := generate(filepath.Join(root, "spec"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(root, f.path), f.data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// file is a generated file and its path in the repository.
type file struct {
	path string
	data []byte
}

// generate makes the files from the package in dir.
func generate(dir string) ([]file, error) {
	p, err := load(dir)
	if err != nil {
		return nil, err
	}
	schema, err := p.schema()
	if err != nil {
		return nil, err
	}
	return []file{
		{"spec/schema.json", schema},
		{"docs/spec.md", p.reference()},
	}, nil
}
