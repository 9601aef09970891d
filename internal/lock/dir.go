package lock

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// Dir is a build context that is a folder of this machine, read as a build reads
// it: nothing that is ignored, and nothing that a link leads out to. It is a [Tree].
type Dir struct {
	root    fs.FS
	ignored []string
	matcher *patternmatcher.PatternMatcher
}

// ignoreFile keeps files out of the context. A file that is named SPEC.dockerignore
// does so instead for one spec.
const ignoreFile = ".dockerignore"

// OpenDir reads the ignore file of a context, for the spec in a file.
func OpenDir(root *os.Root, specFile string) (*Dir, error) {
	d := &Dir{root: root.FS()}
	data, err := os.ReadFile(specFile + ignoreFile)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = root.ReadFile(ignoreFile)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if d.ignored, err = ignorefile.ReadAll(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	d.matcher, err = patternmatcher.New(d.ignored)
	return d, err
}

// Files implements [Tree].
func (d *Dir) Files(_ context.Context, patterns ...string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names, err := fs.Glob(d.root, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := d.add(files, name); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

func (d *Dir) add(files map[string][]byte, name string) error {
	if ignored, err := d.matcher.MatchesOrParentMatches(filepath.FromSlash(name)); err != nil || ignored {
		return err
	}
	fi, err := fs.Stat(d.root, name)
	if err != nil || fi.IsDir() {
		return nil // a link to nowhere is as good as nothing
	}
	files[name], err = fs.ReadFile(d.root, name)
	return err
}

// Ignored implements [Tree].
func (d *Dir) Ignored(context.Context) ([]string, error) { return d.ignored, nil }

// HasDir implements [Tree].
func (d *Dir) HasDir(_ context.Context, dir string) (bool, error) {
	if ignored, err := d.matcher.MatchesOrParentMatches(filepath.FromSlash(dir)); err != nil || ignored {
		return false, err
	}
	fi, err := fs.Lstat(d.root, dir)
	return err == nil && fi.IsDir(), nil
}

// Lacks implements [Tree].
func (d *Dir) Lacks(_ context.Context, names ...string) ([]string, error) {
	var lacks []string
	for _, name := range names {
		ignored, err := d.matcher.MatchesOrParentMatches(filepath.FromSlash(name))
		if err != nil {
			return nil, err
		}
		if fi, err := fs.Stat(d.root, name); ignored || err != nil || fi.IsDir() {
			lacks = append(lacks, name)
		}
	}
	return lacks, nil
}
