package elf

import (
	"path"
	"slices"
	"strings"
)

// judge records what is not met, once all is loaded. Two kinds of needs are no
// fault: libraries which a package loads beforehand from one of its own files, so
// that the loader knows the name already, and those of the GPU's driver, which the
// container runtime mounts.
func (p *process) judge() error {
	var unmet []need
	for _, n := range p.unmet {
		o := p.opened[path.Base(n.name)]
		switch {
		case o != nil && !n.early:
			n.by.met[n.name] = o
		case OfDriver(n.name):
			p.notes = append(p.notes, n.by.real+": needs "+n.name+", which the GPU's driver brings")
		default:
			unmet = append(unmet, n)
		}
	}
	required := p.required()
	for _, n := range unmet {
		p.missing[Missing{Library: n.name, File: n.by.real, Optional: !required[n.by]}] = true
	}
	if p.musl {
		return nil // its loader knows no versions
	}
	return p.judgeVersions(required)
}

// OfDriver reports whether a library is of the GPU's driver, which the container
// runtime mounts: no image has it.
func OfDriver(library string) bool {
	for _, prefix := range []string{"libcuda.so", "libcudadebugger.so", "libnvcuvid.so", "libnvidia-", "libnvoptix.so"} {
		if strings.HasPrefix(library, prefix) {
			return true
		}
	}
	return false
}

// required are the objects that have to load, and what they need.
func (p *process) required() map[*object]bool {
	out := map[*object]bool{}
	todo := slices.Clone(p.roots)
	for len(todo) > 0 {
		o := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if out[o] {
			continue
		}
		out[o] = true
		for _, m := range o.met {
			todo = append(todo, m)
		}
	}
	return out
}

// judgeVersions records the symbol versions that an object needs of a library and
// that the library which was found does not have. Like glibc's loader it takes a
// library without any versions for one that has them all.
func (p *process) judgeVersions(required map[*object]bool) error {
	e, err := p.final.Stat(p.interp)
	if err != nil {
		return err
	}
	f, err := p.read(e)
	if err != nil {
		return err
	}
	itself := &object{File: f, real: e.Path}
	for _, o := range p.objects {
		for _, v := range o.VersionNeeds {
			lib := o.met[v.Library]
			if p.isItself(v.Library) {
				lib = itself
			}
			if lib == nil || len(lib.Versions) == 0 || slices.Contains(lib.Versions, v.Version) {
				continue
			}
			p.missing[Missing{
				Library: v.Library, File: o.real, Version: v.Version,
				Found: lib.real, Newest: newest(lib.Versions, v.Version), Optional: !required[o],
			}] = true
		}
	}
	return nil
}
