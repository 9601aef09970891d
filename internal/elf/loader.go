package elf

import (
	"debug/elf"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// tree is a root file system to look for libraries in.
type tree interface {
	Stat(name string) (rootfs.Entry, error)
}

// loader knows where the dynamic loader of one C library, for one processor,
// looks for shared objects.
type loader struct {
	musl    bool
	machine elf.Machine
	class   elf.Class
	interp  string
}

func newLoader(f *File) loader {
	return loader{musl: IsMusl(f.Interp), machine: f.Machine, class: f.Class, interp: f.Interp}
}

// IsMusl reports whether a dynamic loader is musl's.
func IsMusl(interp string) bool { return strings.HasPrefix(path.Base(interp), "ld-musl-") }

// triplet is the name that Debian, and the glibc built for it, gives to a processor
// in the names of library directories.
func triplet(m elf.Machine) string {
	switch m {
	case elf.EM_X86_64:
		return "x86_64-linux-gnu"
	case elf.EM_386:
		return "i386-linux-gnu"
	case elf.EM_AARCH64:
		return "aarch64-linux-gnu"
	case elf.EM_ARM:
		return "arm-linux-gnueabihf"
	case elf.EM_PPC64:
		return "powerpc64le-linux-gnu"
	case elf.EM_S390:
		return "s390x-linux-gnu"
	case elf.EM_RISCV:
		return "riscv64-linux-gnu"
	}
	return ""
}

// fits reports whether the loader would load a file: glibc passes over files for
// other processors.
func (l loader) fits(f *File) bool { return f.Machine == l.machine && f.Class == l.class }

// isItself reports whether a name stands for the C library, which is loaded
// already. musl takes every name of its former parts, and any version of them,
// for itself.
func (l loader) isItself(name string) bool {
	if name == path.Base(l.interp) {
		return true
	}
	if !l.musl {
		return false
	}
	for _, part := range []string{"c", "pthread", "rt", "m", "dl", "util", "xnet"} {
		if strings.HasPrefix(name, "lib"+part+".") {
			return true
		}
	}
	return false
}

// isOtherLibc reports whether a file was built for another C library, so that it
// can never be loaded here.
func (l loader) isOtherLibc(f *File) bool {
	if f.Interp != "" && IsMusl(f.Interp) != l.musl {
		return true
	}
	return slices.ContainsFunc(f.Needed, func(name string) bool {
		if l.musl {
			return name == "libc.so.6"
		}
		return strings.HasPrefix(name, "libc.musl-")
	})
}

// defaults are the directories that are searched last, in a tree. The loader's
// cache, if the tree has one, is not looked at: nobody makes it anew for the
// final image.
func (l loader) defaults(t tree) []string {
	if l.musl {
		arch := strings.TrimSuffix(strings.TrimPrefix(path.Base(l.interp), "ld-musl-"), ".so.1")
		if e, err := t.Stat("/etc/ld-musl-" + arch + ".path"); err == nil {
			if text, err := e.ReadAll(); err == nil {
				return splitPath(string(text), ":\n")
			}
		}
		return []string{"/lib", "/usr/local/lib", "/usr/lib"}
	}
	var dirs []string
	if t := triplet(l.machine); t != "" {
		dirs = append(dirs, "/lib/"+t, "/usr/lib/"+t)
	}
	if l.class == elf.ELFCLASS64 {
		dirs = append(dirs, "/lib64", "/usr/lib64")
	}
	return append(dirs, "/lib", "/usr/lib")
}

// Directories are where the loader of a program of a tree looks for a library which is
// opened by its name. A program without a loader has none.
func Directories(t *rootfs.Layer, program string) ([]string, error) {
	e, err := t.Stat(program)
	if err != nil {
		return nil, err
	}
	f, err := ReadEntry(e)
	if err != nil || f.Interp == "" {
		return nil, err
	}
	return newLoader(f).defaults(t), nil
}

// linkDir is the default directory for links to libraries that lie elsewhere.
func (l loader) linkDir(t tree) string {
	dirs := l.defaults(t)
	for _, d := range dirs {
		if e, err := t.Stat(d); err == nil && e.Mode.IsDir() && strings.HasPrefix(d, "/usr/lib") {
			return d
		}
	}
	return dirs[0]
}

// configured are the directories that the builder's ldconfig puts into the cache
// of glibc's loader.
func (l loader) configured(r *rootfs.Root) []string {
	if l.musl {
		return nil
	}
	return readConf(r, "/etc/ld.so.conf", 0)
}

func readConf(r *rootfs.Root, name string, depth int) []string {
	text, err := r.ReadFile(name)
	if err != nil || depth > 4 {
		return nil
	}
	var dirs []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "include":
			for _, pattern := range words[1:] {
				for _, file := range glob(r, path.Join(path.Dir(name), pattern), pattern) {
					dirs = append(dirs, readConf(r, file, depth+1)...)
				}
			}
		default:
			dirs = append(dirs, words[0])
		}
	}
	return dirs
}

// glob lists the files that a pattern names, whose last part has the wild cards.
func glob(r *rootfs.Root, joined, pattern string) []string {
	if path.IsAbs(pattern) {
		joined = pattern
	}
	list, err := r.ReadDir(path.Dir(joined))
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range list {
		if ok, _ := path.Match(path.Base(joined), path.Base(e.Path)); ok && e.Mode.Type() != fs.ModeDir {
			out = append(out, e.Path)
		}
	}
	return out
}

func splitPath(text, seps string) []string {
	var out []string
	for _, d := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(seps, r) }) {
		if path.IsAbs(d) {
			out = append(out, path.Clean(d))
		}
	}
	return out
}
