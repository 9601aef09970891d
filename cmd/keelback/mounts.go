package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/tonistiigi/fsutil"
)

// tempPattern is what an archive is called until it is whole, in any directory.
const tempPattern = "**/.keelback-*.tmp"

// hideOutputs keeps what this build writes out of what is sent to it: the archive of
// one build is no source of the next.
func (f *buildFlags) hideOutputs(opt *client.SolveOpt, results []result) error {
	context, ok := opt.LocalMounts[dockerui.DefaultLocalNameContext]
	if !ok {
		return nil
	}
	root, err := realPath(f.dir)
	if err != nil {
		return err
	}
	patterns := []string{tempPattern}
	for _, path := range f.written(results) {
		full, err := realPath(path)
		if err != nil {
			return err
		}
		if rel, err := filepath.Rel(root, full); err == nil && rel != "." && filepath.IsLocal(rel) {
			patterns = append(patterns, quote(rel))
		}
	}
	opt.LocalMounts[dockerui.DefaultLocalNameContext], err = fsutil.NewFilterFS(context, &fsutil.FilterOpt{ExcludePatterns: patterns})
	return err
}

// written are the files and directories that a build writes. One that a link leads to
// is written there, but an archive takes the place of the link.
func (out *outputs) written(results []result) (paths []string) {
	for _, r := range results {
		if r.archive != nil && r.archive.path != "-" && r.archive.path != "" {
			paths = append(paths, r.archive.path)
		}
		if r.OutputDir != "" {
			// The dot makes the whole path one of directories, whose links are followed.
			paths = append(paths, filepath.Clean(r.OutputDir)+string(filepath.Separator)+".")
		}
	}
	if out.metadataFile != "" {
		paths = append(paths, out.metadataFile)
	}
	return paths
}

// realPath follows all links in the directories of a path, the last of which need not
// be there.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	dir, rest := filepath.Dir(abs), filepath.Base(abs)
	if strings.HasSuffix(path, string(filepath.Separator)+".") || path == "." {
		dir, rest = abs, ""
	}
	for {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", err
		}
		dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest)
	}
}

// quote makes a path a pattern that matches nothing else.
func quote(path string) string {
	var b strings.Builder
	for _, r := range path {
		switch {
		case strings.ContainsRune(`*?[]\^!`, r):
			b.WriteString(`\` + string(r))
		case unicode.IsSpace(r): // would be trimmed
			b.WriteString("[" + string(r) + "]")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// checkedFS tells of files that cannot be read. The daemon would get them empty.
type checkedFS struct {
	fsutil.FS
	name string
	fail context.CancelCauseFunc
}

// checkMounts makes a file that cannot be read end the build.
func checkMounts(opt *client.SolveOpt, fail context.CancelCauseFunc) {
	for key, files := range opt.LocalMounts {
		name := "build context"
		if key != dockerui.DefaultLocalNameContext && key != dockerui.DefaultLocalNameDockerfile {
			name += " " + key
		}
		opt.LocalMounts[key] = &checkedFS{FS: files, name: name, fail: fail}
	}
}

func (c *checkedFS) Open(path string) (io.ReadCloser, error) {
	f, err := c.FS.Open(path)
	if err == nil {
		return f, nil
	}
	cause := err
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		cause = pathErr.Err
	}
	c.fail(&unreadableError{fmt.Errorf("%s: %s: %w", c.name, path, cause)})
	return nil, err
}

// unreadableError is why a build was ended that could not read its context.
type unreadableError struct{ error }

func (e *unreadableError) Unwrap() error { return e.error }
