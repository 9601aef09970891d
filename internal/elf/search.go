package elf

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// object is a file that is loaded into a process.
type object struct {
	*File
	path    string             // as the loader found it: what $ORIGIN refers to
	real    string             // with links followed
	loaders []*object          // those that made it be loaded
	met     map[string]*object // by the name that it needs: what was found
}

// place is where a library may be.
type place struct {
	path string
	own  bool // the object itself, or one that it was loaded by, asks for it there
}

// places are where the loader looks, in order, for what an object needs. The last
// are directories for all objects.
func (l loader) places(o *object, name string, dirs ...string) []place {
	if strings.Contains(name, "/") {
		p, ok := name, true
		if !l.musl {
			p, ok = l.expand(name, o)
		}
		if !ok || !path.IsAbs(p) {
			return nil
		}
		return []place{{path: path.Clean(p), own: true}}
	}
	var out []place
	for _, dir := range l.ownDirs(o) {
		out = append(out, place{path: path.Join(dir, name), own: true})
	}
	for _, dir := range dirs {
		out = append(out, place{path: path.Join(dir, name)})
	}
	return out
}

// ownDirs are the directories that the object, and those that it was loaded by,
// ask for.
//
// musl makes no difference between RPATH and RUNPATH, and both are inherited.
// glibc ignores an RPATH beside a RUNPATH; an RPATH is inherited, but not by an
// object with a RUNPATH; a RUNPATH is for the object alone.
func (l loader) ownDirs(o *object) []string {
	if l.musl {
		var dirs []string
		for _, a := range ancestry(o) {
			dirs = append(dirs, l.runDirs(a, cmp.Or(a.Runpath, a.Rpath))...)
		}
		return dirs
	}
	if o.Runpath != "" {
		return l.runDirs(o, o.Runpath)
	}
	var dirs []string
	for _, a := range ancestry(o) {
		if a.Runpath == "" {
			dirs = append(dirs, l.runDirs(a, a.Rpath)...)
		}
	}
	return dirs
}

// ancestry is the object, those that loaded it, those that loaded them, and so on.
// An object is loaded once, by whoever comes first, so all are taken together.
func ancestry(o *object) []*object {
	out := []*object{o}
	for i := 0; i < len(out); i++ {
		for _, a := range out[i].loaders {
			if !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}

// runDirs are the directories of an RPATH or RUNPATH. Relative ones depend on the
// working directory and are left out.
func (l loader) runDirs(o *object, text string) []string {
	if text == "" {
		return nil
	}
	var out []string
	for dir := range strings.SplitSeq(text, ":") {
		dir, ok := l.expand(dir, o)
		if !ok && l.musl {
			return nil // musl ignores the whole of what it cannot expand
		}
		if ok && path.IsAbs(dir) {
			out = append(out, path.Clean(dir))
		}
	}
	return out
}

// expand puts in what the names with a dollar sign stand for. musl knows only
// ORIGIN, and that not in the name of a needed library.
func (l loader) expand(text string, o *object) (string, bool) {
	if !strings.Contains(text, "$") {
		return text, true
	}
	for _, v := range l.variables(o) {
		text = strings.ReplaceAll(text, "${"+v[0]+"}", v[1])
		text = strings.ReplaceAll(text, "$"+v[0], v[1])
	}
	return text, !strings.Contains(text, "$")
}

func (l loader) variables(o *object) [][2]string {
	vars := [][2]string{{"ORIGIN", path.Dir(o.path)}}
	if l.musl {
		return vars
	}
	arch, _, _ := strings.Cut(triplet(l.machine), "-")
	return append(vars, [2]string{"LIB", "lib/" + triplet(l.machine)}, [2]string{"PLATFORM", arch})
}
