package python

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// Interpreter is a Python that is installed in a rootfs.
type Interpreter struct {
	// Path of the program itself, such as /usr/local/bin/python3.13.
	Path string

	// Version has two or three parts, such as 3.13.2: the third only when it is
	// known.
	Version string

	// Stdlib is the directory of the standard library, such as
	// /usr/local/lib/python3.13.
	Stdlib string

	// DynLoad is the directory of the standard library's extension modules.
	DynLoad string
}

// Minor is the version's first two parts.
func (i *Interpreter) Minor() string { return minor(i.Version) }

// Prefix is the directory that the interpreter is installed in.
func (i *Interpreter) Prefix() string { return path.Dir(path.Dir(i.Stdlib)) }

func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

var askable = regexp.MustCompile(`^3\.[0-9]+(\.[0-9]+)?$`)

// Find finds the interpreter of a version, given as MAJOR.MINOR or
// MAJOR.MINOR.PATCH, in the directories for programs.
func Find(root *rootfs.Root, version string, dirs []string) (*Interpreter, error) {
	if !askable.MatchString(version) {
		return nil, fmt.Errorf("python %q: not a version (MAJOR.MINOR or MAJOR.MINOR.PATCH)", version)
	}
	var others []string
	for _, name := range []string{"python" + minor(version), "python3", "python"} {
		for _, dir := range dirs {
			i, err := At(root, path.Join(dir, name))
			if err != nil {
				continue
			}
			if fits(i.Version, version) {
				return i, nil
			}
			others = append(others, fmt.Sprintf("%s is Python %s", i.Path, i.Version))
		}
	}
	if len(others) > 0 {
		return nil, fmt.Errorf("python %s: the builder has another version (%s)", version, others[0])
	}
	return nil, fmt.Errorf("python %s: the builder has none (looked for python%s and python3 in %s)",
		version, minor(version), strings.Join(dirs, ", "))
}

// fits reports whether an interpreter's version is the one asked for. A patch
// level which is not known fits any.
func fits(have, want string) bool {
	if minor(have) != minor(want) {
		return false
	}
	return have == want || have == minor(have) || want == minor(want)
}

// At describes the interpreter at a path, links followed. As the interpreter does
// itself, it finds its standard library by going up from where it really lies.
func At(root *rootfs.Root, name string) (*Interpreter, error) {
	e, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !e.IsExecutable() {
		return nil, fmt.Errorf("%s: not a program", e.Path)
	}
	for prefix := path.Dir(e.Path); prefix != "/"; {
		prefix = path.Dir(prefix)
		stdlib, ok := landmark(root, prefix, path.Base(e.Path), "os.py")
		if !ok {
			continue
		}
		i := &Interpreter{Path: e.Path, Stdlib: stdlib, DynLoad: path.Join(stdlib, "lib-dynload")}
		if dir, ok := landmark(root, prefix, path.Base(stdlib), "lib-dynload"); ok {
			i.DynLoad = path.Join(dir, "lib-dynload")
		}
		i.Version = patchLevel(root, i, strings.TrimPrefix(path.Base(stdlib), "python"))
		return i, nil
	}
	return nil, fmt.Errorf("%s: no standard library is found from there", e.Path)
}

var versioned = regexp.MustCompile(`^python3\.[0-9]+$`)

// landmark is the directory lib/python3.X under a prefix that has a file. A
// program that is named after its version takes no other's library.
func landmark(root *rootfs.Root, prefix, program, file string) (string, bool) {
	for _, lib := range []string{"lib", "lib64"} {
		list, err := root.ReadDir(path.Join(prefix, lib))
		if err != nil {
			continue
		}
		for _, e := range list {
			name := path.Base(e.Path)
			if !versioned.MatchString(name) || versioned.MatchString(program) && name != program {
				continue
			}
			dir, err := root.Stat(e.Path)
			if err != nil {
				continue
			}
			if _, err := root.Stat(path.Join(dir.Path, file)); err == nil {
				return dir.Path, true
			}
		}
	}
	return "", false
}

// patchLevel is the whole version, when the headers or the interpreter itself
// say it.
func patchLevel(root *rootfs.Root, i *Interpreter, minor string) string {
	header := path.Join(i.Prefix(), "include", "python"+minor, "patchlevel.h")
	if text, err := root.ReadFile(header); err == nil {
		if m := regexp.MustCompile(`#define\s+PY_VERSION\s+"([^"]+)"`).FindSubmatch(text); m != nil {
			return string(m[1])
		}
	}
	constant := regexp.MustCompile(`\x00(` + regexp.QuoteMeta(minor) + `\.[0-9]+[a-z0-9]*)\x00`)
	library := path.Join(i.Prefix(), "lib", "libpython"+minor+".so.1.0")
	for _, name := range []string{i.Path, library} {
		if text, err := root.ReadFile(name); err == nil {
			if m := constant.FindSubmatch(text); m != nil {
				return string(m[1])
			}
		}
	}
	return minor
}
