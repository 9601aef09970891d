package elf

import (
	"errors"
	"path"
	"slices"

	"github.com/keelback/keelback/internal/rootfs"
)

// process is a program as it runs: the objects that are loaded into it.
type process struct {
	*Closure
	loader
	objects map[string]*object // by real path
	loaded  map[string]*object // by name: what is loaded when the first object is opened
	opened  map[string]*object // by name: what may be opened
	roots   []*object          // what has to load
	queue   []need
	unmet   []need
}

// need is a library that an object needs.
type need struct {
	by    *object
	name  string
	early bool // at the start of the program, before any object is opened
}

// run loads the program, and then each object that it may open.
func (p *process) run(e rootfs.Entry, f *File, opened []Object) error {
	main := p.add(e.Path, e.Path, f, nil)
	p.roots = append(p.roots, main)
	if !p.musl && f.Interp != "" {
		// The end of a thread loads it unseen, and aborts without.
		p.queue = append(p.queue, need{by: main, name: "libgcc_s.so.1"})
	}
	if err := p.settle(); err != nil {
		return err
	}
	for i := range p.unmet {
		p.unmet[i].early = true
	}
	for _, o := range p.objects {
		p.loaded[path.Base(o.path)] = o
		p.loaded[o.Soname] = o
	}
	for _, o := range opened {
		if err := p.open(o, main); err != nil {
			return err
		}
	}
	if err := p.settle(); err != nil {
		return err
	}
	return p.judge()
}

// open loads an object that the program may open.
func (p *process) open(opened Object, main *object) error {
	e, err := p.final.Stat(opened.Path)
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
	o := p.add(e.Path, e.Path, f, main)
	p.opened[path.Base(e.Path)] = o
	p.opened[f.Soname] = o
	if opened.Required {
		p.roots = append(p.roots, o)
	}
	return nil
}

// add loads an object, or has one more object that loads it.
func (p *process) add(name, real string, f *File, by *object) *object {
	o, ok := p.objects[real]
	if !ok {
		o = &object{File: f, path: name, real: real, met: map[string]*object{}}
		p.objects[real] = o
		for _, n := range f.Needed {
			p.queue = append(p.queue, need{by: o, name: n})
		}
	}
	if by != nil && by != o {
		o.loaders = append(o.loaders, by)
	}
	return o
}

// settle meets all needs that can be met, and keeps the others. All are looked
// for in the final tree before any is taken from the builder: a library inside a
// package is often found only by way of the one that loads it.
func (p *process) settle() error {
	var unmet []need
	for {
		var err error
		if unmet, err = p.meet(unmet); err != nil {
			return err
		}
		i, err := p.fetchOne(unmet)
		if err != nil {
			return err
		}
		if i < 0 {
			p.unmet = append(p.unmet, unmet...)
			return nil
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
	if p.isItself(n.name) {
		return true, nil
	}
	if o := p.loaded[n.name]; o != nil {
		n.by.met[n.name] = o
		return true, nil
	}
	places := p.places(n.by, n.name, p.defaults(p.final)...)
	at, e, ok, err := lookup(p.loader, p.final, p.read, places)
	if err != nil || !ok {
		return false, err
	}
	f, err := p.read(e)
	if err != nil {
		return false, err
	}
	n.by.met[n.name] = p.add(at.path, e.Path, f, n.by)
	return true, nil
}

// fetch copies what is needed from the builder.
func (p *process) fetch(n need) (bool, error) {
	if p.builder == nil {
		return false, nil
	}
	places := p.places(n.by, n.name, append(p.defaults(p.builder), p.configured(p.builder)...)...)
	at, e, ok, err := lookup(p.loader, p.builder, ReadEntry, places)
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
