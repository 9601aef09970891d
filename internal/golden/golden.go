// Package golden compares what a test got with what a file says.
//
// The files are written anew by `UPDATE_GOLDEN=1 go test ./...`, except in CI.
package golden

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Case is a txtar file: what goes into a test and what has to come out.
type Case struct {
	t       *testing.T
	path    string
	archive *txtar.Archive
	used    map[string]bool
}

// Run runs f for each txtar file below dir, as a subtest of the file's path. A
// section that f neither reads nor compares fails the test: it would show
// something that nothing checks.
func Run(t *testing.T, dir string, f func(t *testing.T, c *Case)) {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		found = true
		name, err := filepath.Rel(dir, strings.TrimSuffix(path, ".txtar"))
		if err != nil {
			return err
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c := &Case{t: t, path: path, archive: archive, used: map[string]bool{}}
			f(t, c)
			c.finish()
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Fatalf("no txtar files below %s", dir)
	}
}

// Input gives a section of the case, and whether it is there.
func (c *Case) Input(section string) ([]byte, bool) {
	c.used[section] = true
	for _, f := range c.archive.Files {
		if f.Name == section {
			return f.Data, true
		}
	}
	return nil, false
}

// Compare fails the test where got is not what the section says. A section that is
// not there stands for nothing.
func (c *Case) Compare(section string, got []byte) {
	c.t.Helper()
	want, _ := c.Input(section)
	if len(got) > 0 && got[len(got)-1] != '\n' {
		got = append(got[:len(got):len(got)], '\n')
	}
	if string(got) == string(want) {
		return
	}
	if !update(c.t) {
		c.t.Errorf("%s: section %s (-want +got; UPDATE_GOLDEN=1 accepts it):\n%s",
			c.path, section, cmp.Diff(string(want), string(got)))
		return
	}
	c.set(section, got)
	if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// set replaces, adds or, with no data, removes a section.
func (c *Case) set(section string, data []byte) {
	var files []txtar.File
	done := false
	for _, f := range c.archive.Files {
		if f.Name == section {
			f.Data, done = data, true
		}
		if len(f.Data) > 0 || f.Name != section {
			files = append(files, f)
		}
	}
	if !done {
		files = append(files, txtar.File{Name: section, Data: data})
	}
	c.archive.Files = files
}

func (c *Case) finish() {
	for _, f := range c.archive.Files {
		if !c.used[f.Name] {
			c.t.Errorf("%s: nothing uses section %s", c.path, f.Name)
		}
	}
}

// File fails the test where got is not what the file at path holds.
func File(t *testing.T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err == nil && string(got) == string(want) {
		return
	}
	if !update(t) {
		t.Errorf("%s (-want +got; UPDATE_GOLDEN=1 accepts it):\n%s", path, cmp.Diff(string(want), string(got)))
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatal(err)
	}
}

// update tells whether to write golden files anew.
func update(t *testing.T) bool {
	t.Helper()
	yes, err := wanted(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

func wanted(getenv func(string) string) (bool, error) {
	if getenv("UPDATE_GOLDEN") != "1" {
		return false, nil
	}
	if getenv("CI") == "true" {
		return false, errors.New("UPDATE_GOLDEN=1 in CI: golden files are written by people, who look at the change")
	}
	return true, nil
}
