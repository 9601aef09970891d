package python

import (
	"io/fs"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// Slice lists what a service needs of an interpreter and its standard library,
// sorted: files and links, no directories. Shared libraries are not in it.
func Slice(root *rootfs.Root, i *Interpreter) ([]rootfs.Entry, error) {
	bin, err := programs(root, i)
	if err != nil {
		return nil, err
	}
	lib, err := modules(root, i.Stdlib)
	if err != nil {
		return nil, err
	}
	if path.Dir(i.DynLoad) != i.Stdlib {
		more, err := modules(root, path.Dir(i.DynLoad))
		if err != nil {
			return nil, err
		}
		lib = append(lib, more...)
	}
	return append(bin, lib...), nil
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

// modules are the files of the standard library that a service can use.
func modules(root *rootfs.Root, stdlib string) ([]rootfs.Entry, error) {
	var out []rootfs.Entry
	err := root.Walk(stdlib, func(e rootfs.Entry) error {
		inside := strings.TrimPrefix(e.Path, stdlib+"/")
		switch {
		case e.Mode.IsDir() && dropDir(inside):
			return fs.SkipDir
		case e.Mode.IsDir() || dropFile(inside, e):
			return nil
		}
		out = append(out, e)
		return nil
	})
	return out, err
}

// dropDir reports whether a directory of the standard library stays behind.
func dropDir(inside string) bool {
	switch path.Base(inside) {
	case "__pycache__", "test", "tests", "idle_test":
		return true
	}
	switch inside {
	case "idlelib", "ensurepip", "lib2to3", "turtledemo", "tkinter", "site-packages", "dist-packages":
		return true
	}
	return strings.HasPrefix(inside, "config-")
}

// dropFile reports whether a file of the standard library stays behind. The
// hooks are Debian's, for a crash reporter that the image does not have.
func dropFile(inside string, e rootfs.Entry) bool {
	switch inside {
	case "turtle.py", "EXTERNALLY-MANAGED", "sitecustomize.py", "usercustomize.py":
		return true
	}
	switch path.Ext(inside) {
	case ".a", ".pyc":
		return true
	}
	if name, ok := strings.CutPrefix(inside, "lib-dynload/"); ok {
		for _, p := range []string{"_tkinter.", "_test", "_ctypes_test.", "_xxtestfuzz.", "xxlimited"} {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
	}
	return !e.Mode.IsRegular() && !e.IsLink()
}
