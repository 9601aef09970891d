package lock_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// pairs are two files of the same case below a folder of testdata. One that a case
// does not have is empty.
func pairs(f *testing.F, dir, first, second string) {
	f.Helper()
	found := 0
	err := filepath.WalkDir(filepath.Join("testdata", dir), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return err
		}
		files := map[string][]byte{}
		for _, file := range archive.Files {
			files[file.Name] = file.Data
		}
		f.Add(files["context/"+first], files["context/"+second])
		found++
		return nil
	})
	if err != nil || found == 0 {
		f.Fatalf("%d seeds: %v", found, err)
	}
}

func FuzzPoetry(f *testing.F) {
	pairs(f, "poetry", "poetry.lock", "pyproject.toml")
	f.Fuzz(func(t *testing.T, data, project []byte) {
		fuzz(t, "poetry.lock", data, memory{"pyproject.toml": project})
	})
}

func FuzzPDM(f *testing.F) {
	pairs(f, "pdm", "pdm.lock", "pyproject.toml")
	f.Fuzz(func(t *testing.T, data, project []byte) {
		fuzz(t, "pdm.lock", data, memory{"pyproject.toml": project})
	})
}

func FuzzPipfile(f *testing.F) {
	pairs(f, "pipfile", "Pipfile.lock", "Pipfile")
	f.Fuzz(func(t *testing.T, data, pipfile []byte) {
		fuzz(t, "Pipfile.lock", data, memory{"Pipfile": pipfile})
	})
}
