package frontend

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// readFiles gives the files of a state that match patterns, links followed.
func (b *build) readFiles(ctx context.Context, st bk.State, patterns ...string) (map[string][]byte, error) {
	ref, err := b.evaluate(ctx, &st)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names := []string{pattern}
		if strings.ContainsAny(pattern, "*?[") {
			if names, err = glob(ctx, ref, pattern); err != nil {
				return nil, err
			}
		}
		for _, name := range names {
			data, err := ref.ReadFile(ctx, client.ReadRequest{Filename: name})
			if isAbsent(err) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			files[name] = data
		}
	}
	return files, nil
}

// isAbsent tells whether an error says that there is no file of that name. It has come
// from the daemon, which sends its text only.
func isAbsent(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no such file or directory") || strings.Contains(err.Error(), "not a directory"))
}

// glob lists what matches a pattern of [path.Match]. Links on the way to it are not
// followed.
func glob(ctx context.Context, ref client.Reference, pattern string) ([]string, error) {
	dirs := []string{"."}
	if parent := path.Dir(pattern); parent != "." {
		var err error
		if dirs, err = glob(ctx, ref, parent); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, dir := range dirs {
		entries, err := list(ctx, ref, dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if ok, err := path.Match(pattern, e.path); ok && err == nil {
				names = append(names, e.path)
			}
		}
	}
	return names, nil
}

// entry is a file, a link or a folder of a context.
type entry struct {
	path      string
	dir, link bool
}

// list lists a folder; one that is not there is empty.
func list(ctx context.Context, ref client.Reference, dir string) ([]entry, error) {
	if dir != "." {
		above, err := list(ctx, ref, path.Dir(dir))
		if err != nil || !slices.Contains(above, entry{path: dir, dir: true}) {
			return nil, err
		}
	}
	stats, err := ref.ReadDir(ctx, client.ReadDirRequest{Path: dir})
	if err != nil {
		return nil, fmt.Errorf("build context: %s: %w", dir, err)
	}
	var entries []entry
	for _, st := range stats {
		mode := fs.FileMode(st.Mode)
		entries = append(entries, entry{path: path.Join(dir, path.Base(st.Path)), dir: st.IsDir(), link: mode&fs.ModeSymlink != 0})
	}
	return entries, nil
}
