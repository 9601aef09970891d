package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Root is a root file system in a directory of this machine.
type Root struct{ dir string }

// Open opens the root file system in a directory.
func Open(dir string) (*Root, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: not a directory", dir)
	}
	return &Root{dir: dir}, nil
}

// Lstat describes what is at a path. Links of its directories are followed, a
// link at its end is not.
func (r *Root) Lstat(name string) (Entry, error) { return r.stat(name, false) }

// Stat describes what is at a path, with all links followed.
func (r *Root) Stat(name string) (Entry, error) { return r.stat(name, true) }

func (r *Root) stat(name string, last bool) (Entry, error) {
	real, err := resolve(name, last, r.plain)
	if err != nil {
		return Entry{}, err
	}
	return r.plain(real)
}

// plain describes what is at a path none of whose directories is a link.
func (r *Root) plain(name string) (Entry, error) {
	e, err := read(name, filepath.Join(r.dir, name))
	if err != nil {
		return Entry{}, missing(name, err)
	}
	return e, nil
}

// missing hides paths of this machine from errors.
func missing(name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return &fs.PathError{Op: pe.Op, Path: name, Err: pe.Err}
	}
	return err
}

// ReadFile reads the file at a path.
func (r *Root) ReadFile(name string) ([]byte, error) {
	e, err := r.Stat(name)
	if err != nil {
		return nil, err
	}
	if !e.Mode.IsRegular() {
		return nil, fmt.Errorf("%s: not a file", name)
	}
	return e.ReadAll()
}

// ReadDir lists a directory, sorted by name. Links are not followed in it.
func (r *Root) ReadDir(name string) ([]Entry, error) {
	dir, err := r.Stat(name)
	if err != nil {
		return nil, err
	}
	list, err := os.ReadDir(dir.host)
	if err != nil {
		return nil, missing(name, err)
	}
	var out []Entry
	for _, d := range list {
		e, err := r.plain(path.Join(dir.Path, d.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// Walk calls fn for all that lies in a directory, each directory before what is
// in it, sorted by name. When fn returns [fs.SkipDir] for a directory, what is in
// it is left out.
func (r *Root) Walk(name string, fn func(Entry) error) error {
	list, err := r.ReadDir(name)
	if err != nil {
		return err
	}
	for _, e := range list {
		err := fn(e)
		if e.Mode.IsDir() && errors.Is(err, fs.SkipDir) {
			continue
		}
		if err != nil {
			return err
		}
		if !e.Mode.IsDir() {
			continue
		}
		if err := r.Walk(e.Path, fn); err != nil {
			return err
		}
	}
	return nil
}
