package elf

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// Missing is a library that was found nowhere, or that lacks a symbol version.
type Missing struct {
	// Library is the name that it is needed by.
	Library string

	// File is the path of the program or shared object that needs it.
	File string

	// Version is the symbol version that the library lacks. Empty: there is no such
	// library.
	Version string

	// Found is the path of the library that lacks the version, and Newest the highest
	// version of that kind that it has, which may be empty.
	Found, Newest string

	// Optional tells that no program and no required object needs the file.
	Optional bool
}

// Object is a shared object that a program may open while it runs.
type Object struct {
	// Path of the object.
	Path string

	// Required tells that the object has to load, and with it all that it needs.
	Required bool
}

// Closure completes a rootfs with the libraries that its programs need.
//
// A library is looked for in the final tree, by the rules of the loader that the
// program is started with. One that is not there is looked for in the builder by
// the same rules, and also where only the cache of the builder's loader would
// find it; it is copied to where it lies there, and linked into a default
// directory when the final tree's loader would not find it otherwise.
type Closure struct {
	final    *rootfs.Layer
	builder  *rootfs.Root
	main     *File
	files    map[string]*File
	missing  map[Missing]bool
	notes    []string
	warnings []string
}

// NewClosure starts with a final tree, to which libraries of the builder are
// added. Without a builder what is there is only checked.
func NewClosure(final *rootfs.Layer, builder *rootfs.Root) *Closure {
	return &Closure{final: final, builder: builder, files: map[string]*File{}, missing: map[Missing]bool{}}
}

// Program adds what a program needs, and what the shared objects need that it may
// open while it runs. The first program decides which processor and C library
// the tree is for: what is for others can never be loaded and is passed over.
func (c *Closure) Program(name string, opened ...Object) error {
	e, err := c.final.Stat(name)
	if err != nil {
		return err
	}
	f, err := c.read(e)
	if err != nil {
		return err
	}
	if c.main == nil {
		c.main = f
	}
	if c.passOver(e.Path, f) || !f.IsProgram() {
		return nil
	}
	if !c.exists(f.Interp) {
		c.missing[Missing{Library: f.Interp, File: e.Path}] = true
		return nil
	}
	p := &process{
		Closure: c, loader: newLoader(f),
		objects: map[string]*object{}, loaded: map[string]*object{}, opened: map[string]*object{},
	}
	return p.run(e, f, opened)
}

// Missing are the libraries that were found nowhere, and the symbol versions,
// sorted. What is required by one and optional for another is required.
func (c *Closure) Missing() []Missing {
	var out []Missing
	for m := range c.missing {
		required := m
		required.Optional = false
		if !m.Optional || !c.missing[required] {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, compareMissing)
	return out
}

// compareMissing compares all fields: what is sorted comes from a map.
func compareMissing(a, b Missing) int {
	c := cmp.Or(
		cmp.Compare(a.Library, b.Library), compareVersions(a.Version, b.Version), cmp.Compare(a.File, b.File),
		cmp.Compare(a.Found, b.Found), cmp.Compare(a.Newest, b.Newest),
	)
	switch {
	case c != 0 || a.Optional == b.Optional:
		return c
	case b.Optional:
		return -1
	}
	return 1
}

// Notes say what may look like a fault and is none.
func (c *Closure) Notes() []string { return c.notes }

// Warnings say which files were passed over, and why.
func (c *Closure) Warnings() []string { return c.warnings }

// passOver reports whether a file can never be loaded here.
func (c *Closure) passOver(name string, f *File) bool {
	l := newLoader(c.main)
	switch {
	case !l.fits(f):
		c.warnings = append(c.warnings, fmt.Sprintf("%s: passed over, it is for %s", name, strings.TrimPrefix(f.Machine.String(), "EM_")))
	case l.isOtherLibc(f):
		c.warnings = append(c.warnings, fmt.Sprintf("%s: passed over, it is for another C library", name))
	default:
		return false
	}
	return true
}

func (c *Closure) exists(name string) bool {
	e, err := c.final.Stat(name)
	return err == nil && e.Mode.IsRegular()
}

// read reads a file of the final tree once.
func (c *Closure) read(e rootfs.Entry) (*File, error) {
	if f, ok := c.files[e.Path]; ok {
		return f, nil
	}
	f, err := ReadEntry(e)
	if err != nil {
		return nil, err
	}
	c.files[e.Path] = f
	return f, nil
}

// lookup is the first of some places where a tree has a library that fits.
func lookup(l loader, t tree, read func(rootfs.Entry) (*File, error), places []place) (place, rootfs.Entry, bool, error) {
	for _, p := range places {
		e, err := t.Stat(p.path)
		if err != nil {
			continue
		}
		f, err := read(e)
		if errors.Is(err, ErrNotELF) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return place{}, rootfs.Entry{}, false, err
		}
		if l.fits(f) {
			return p, e, true, nil
		}
	}
	return place{}, rootfs.Entry{}, false, nil
}
