package python

import (
	"io/fs"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
)

// Slice lists what a service needs of an interpreter and its standard library,
// sorted: files and links, no directories. Shared libraries are not in it. What a rule
// left out of the standard library is listed as removed, by its path. Without rules
// (nil) nothing is left out.
func Slice(root *rootfs.Root, i *Interpreter, s *slim.Slimmer) ([]rootfs.Entry, []report.Removal, error) {
	out, err := programs(root, i)
	if err != nil {
		return nil, nil, err
	}
	dirs := []string{i.Stdlib}
	if dir := path.Dir(i.DynLoad); dir != i.Stdlib {
		dirs = append(dirs, dir)
	}
	var removed []report.Removal
	for _, dir := range dirs {
		lib, less, err := modules(root, dir, s)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, lib...)
		removed = append(removed, less...)
	}
	return out, removed, nil
}

// programs are the interpreter and its other names.
func programs(root *rootfs.Root, i *Interpreter) ([]rootfs.Entry, error) {
	e, err := root.Lstat(i.Path)
	if err != nil {
		return nil, err
	}
	out := []rootfs.Entry{e}
	for _, name := range []string{"python", "python3", "python" + i.Minor()} {
		link, err := root.Lstat(path.Join(path.Dir(i.Path), name))
		if err != nil || !link.IsLink() {
			continue
		}
		if to, err := root.Stat(link.Path); err == nil && to.Path == i.Path {
			out = append(out, link)
		}
	}
	return out, nil
}

// modules are the files in a directory of the standard library that no rule takes,
// and what rules took.
func modules(root *rootfs.Root, stdlib string, s *slim.Slimmer) ([]rootfs.Entry, []report.Removal, error) {
	var out []rootfs.Entry
	var removed slim.Removals
	err := root.Walk(stdlib, func(e rootfs.Entry) error {
		inside := strings.TrimPrefix(e.Path, stdlib+"/")
		switch {
		case e.Mode.IsDir() && isForeign(inside):
			return fs.SkipDir
		case e.Mode.IsDir() || isForeign(inside) || !e.Mode.IsRegular() && !e.IsLink():
			return nil
		}
		rule, isGone := s.Removes(slim.Stdlib, inside)
		if removed.Add(e.Path, rule, e.Size); !isGone {
			out = append(out, e)
		}
		return nil
	})
	return out, removed.List(stdlib), err
}

// isForeign reports whether a path in the directory of the standard library is of
// something else. It stays behind whatever rules say: packages of the builder, such as
// its pip, and a note to pip about them; bytecode, which is never taken over; and the
// hooks of Debian, for a crash reporter that the image does not have.
func isForeign(inside string) bool {
	switch inside {
	case "site-packages", "dist-packages", "EXTERNALLY-MANAGED", "sitecustomize.py", "usercustomize.py":
		return true
	}
	return path.Base(inside) == "__pycache__" || path.Ext(inside) == ".pyc"
}
