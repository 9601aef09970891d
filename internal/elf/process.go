package elf

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// process is a program as it runs: the objects that are loaded into it.
type process struct {
	*Closure
	loader
	objects map[string]*object // by real path
	loaded  map[string]bool    // names that are loaded when the first object is opened
	opened  map[string]bool    // names of the objects that may be opened
	queue   []need
}

// need is a library that an object needs.
type need struct {
	by   *object
	name string
}

// run loads the program, and then each object that it may open.
func (p *process) run(e rootfs.Entry, f *File, opened []string) error {
	main := p.add(e.Path, e.Path, f, nil)
	if !p.musl && f.Interp != "" {
		// The end of a thread loads it unseen, and aborts without.
		p.queue = append(p.queue, need{main, "libgcc_s.so.1"})
	}
	unmet, err := p.settle()
	if err != nil {
		return err
	}
	p.miss(unmet)
	for _, o := range p.objects {
		p.loaded[path.Base(o.path)] = true
		p.loaded[o.Soname] = true
	}
	for _, name := range opened {
		if err := p.open(name, main); err != nil {
			return err
		}
	}
	if unmet, err = p.settle(); err != nil {
		return err
	}
	p.miss(unmet)
	return nil
}

// open loads an object that the program may open.
func (p *process) open(name string, main *object) error {
	e, err := p.final.Stat(name)
	if err != nil {
		return err
	}
	f, err := p.read(e)
	if errors.Is(err, ErrNotELF) {
		return nil
	}
	if err != nil || p.passOver(e.Path, f) {
		return err
	}
	p.opened[path.Base(e.Path)] = true
	p.opened[f.Soname] = true
	p.add(e.Path, e.Path, f, main)
	return nil
}

// add loads an object, or has one more object that loads it.
func (p *process) add(name, real string, f *File, by *object) *object {
	o, ok := p.objects[real]
	if !ok {
		o = &object{File: f, path: name, real: real}
		p.objects[real] = o
		for _, n := range f.Needed {
			p.queue = append(p.queue, need{o, n})
		}
	}
	if by != nil && by != o {
		o.loaders = append(o.loaders, by)
	}
	return o
}

// settle meets all needs that can be met, and returns the others. All are looked
// for in the final tree before any is taken from the builder: a library inside a
// package is often found only by way of the one that loads it.
func (p *process) settle() ([]need, error) {
	var unmet []need
	for {
		var err error
		if unmet, err = p.meet(unmet); err != nil {
			return nil, err
		}
		i, err := p.fetchOne(unmet)
		if err != nil || i < 0 {
			return unmet, err
		}
		unmet = slices.Delete(unmet, i, i+1)
	}
}

// meet looks for all that is needed in the final tree, until nothing new turns
// up, and returns what is not there.
func (p *process) meet(unmet []need) ([]need, error) {
	for {
		todo := append(unmet, p.queue...)
		unmet, p.queue = nil, nil
		for _, n := range todo {
			ok, err := p.find(n)
			if err != nil {
				return nil, err
			}
			if !ok {
				unmet = append(unmet, n)
			}
		}
		// What was found may be loaded by one more object, with an RPATH, so what
		// was not found gets another try.
		if len(p.queue) == 0 && (len(unmet) == 0 || len(unmet) == len(todo)) {
			return unmet, nil
		}
	}
}

// fetchOne copies the first of some needs that the builder has, and says which
// it was; -1 is none.
func (p *process) fetchOne(unmet []need) (int, error) {
	for i, n := range unmet {
		if ok, err := p.fetch(n); ok || err != nil {
			return i, err
		}
	}
	return -1, nil
}

// find looks for what is needed in the process and in the final tree.
func (p *process) find(n need) (bool, error) {
	if p.isItself(n.name) || p.loaded[n.name] {
		return true, nil
	}
	places := p.places(n.by, n.name, p.defaults(p.final)...)
	at, e, ok, err := p.lookup(p.loader, p.final, places)
	if err != nil || !ok {
		return false, err
	}
	f, err := p.read(e)
	if err != nil {
		return false, err
	}
	p.add(at.path, e.Path, f, n.by)
	return true, nil
}

// fetch copies what is needed from the builder.
func (p *process) fetch(n need) (bool, error) {
	places := p.places(n.by, n.name, append(p.defaults(p.builder), p.configured(p.builder)...)...)
	at, e, ok, err := p.lookup(p.loader, p.builder, places)
	if err != nil || !ok {
		return false, err
	}
	if err := p.final.Copy(p.builder, at.path); err != nil {
		return false, err
	}
	if ok, err := p.find(n); ok || err != nil {
		return ok, err
	}
	link := at.path
	if !at.own {
		link = path.Join(p.linkDir(p.final), n.name)
	}
	if err := p.final.Link(link, e.Path); err != nil {
		return false, err
	}
	return p.find(n)
}

// miss records needs that cannot be met. Two kinds are no fault: libraries which
// a package loads beforehand from one of its own files, so that the loader knows
// the name already, and those of the GPU's driver, which the container runtime
// mounts.
func (p *process) miss(unmet []need) {
	for _, n := range unmet {
		switch {
		case p.opened[path.Base(n.name)]:
		case strings.HasPrefix(n.name, "libcuda.so."), strings.HasPrefix(n.name, "libnvidia-"):
			p.notes = append(p.notes, n.by.real+": needs "+n.name+", which the GPU's driver brings")
		default:
			p.missing[Missing{n.name, n.by.real}] = true
		}
	}
}
