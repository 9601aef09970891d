package lock

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// Dir is a build context that is a folder of this machine. It is a [Tree].
type Dir string

// Files implements [Tree].
func (d Dir) Files(ctx context.Context, patterns ...string) (map[string][]byte, error) {
	ignored, err := d.Ignored(ctx)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names, err := fs.Glob(os.DirFS(string(d)), pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			hidden, err := patternmatcher.MatchesOrParentMatches(name, ignored)
			if err != nil {
				return nil, err
			}
			if st, err := os.Stat(filepath.Join(string(d), name)); hidden || err != nil || st.IsDir() {
				continue
			}
			if files[name], err = os.ReadFile(filepath.Join(string(d), name)); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// Ignored implements [Tree].
func (d Dir) Ignored(context.Context) ([]string, error) {
	f, err := os.Open(filepath.Join(string(d), ".dockerignore"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ignorefile.ReadAll(f)
}

// HasDir implements [Tree].
func (d Dir) HasDir(_ context.Context, dir string) (bool, error) {
	st, err := os.Stat(filepath.Join(string(d), path.Clean(dir)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && st.IsDir(), err
}
