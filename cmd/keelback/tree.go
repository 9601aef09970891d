package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// tree is the build context in a directory, read as the frontend reads it: nothing
// that is ignored, and nothing that a link leads out to.
type tree struct {
	root    fs.FS
	ignored []string
	matcher *patternmatcher.PatternMatcher
}

func newTree(root *os.Root, specFile string) (*tree, error) {
	t := &tree{root: root.FS()}
	data, err := os.ReadFile(specFile + dockerui.DefaultDockerignoreName)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = os.ReadFile(filepath.Join(root.Name(), dockerui.DefaultDockerignoreName))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if t.ignored, err = ignorefile.ReadAll(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	t.matcher, err = patternmatcher.New(t.ignored)
	return t, err
}

// Files gives files of the build context. It makes tree a [lock.Tree].
func (t *tree) Files(_ context.Context, patterns ...string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names, err := fs.Glob(t.root, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := t.add(files, name); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

func (t *tree) add(files map[string][]byte, name string) error {
	if ignored, err := t.matcher.MatchesOrParentMatches(filepath.FromSlash(name)); err != nil || ignored {
		return err
	}
	fi, err := fs.Stat(t.root, name)
	if err != nil || fi.IsDir() {
		return nil // a link to nowhere is as good as nothing
	}
	files[name], err = fs.ReadFile(t.root, name)
	return err
}

// Ignored gives the patterns of .dockerignore.
func (t *tree) Ignored(context.Context) ([]string, error) { return t.ignored, nil }

// HasDir tells whether the context has a folder.
func (t *tree) HasDir(_ context.Context, dir string) (bool, error) {
	if ignored, err := t.matcher.MatchesOrParentMatches(filepath.FromSlash(dir)); err != nil || ignored {
		return false, err
	}
	fi, err := fs.Lstat(t.root, dir)
	return err == nil && fi.IsDir(), nil
}
