package slice

import (
	debugelf "debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
)

// Result is a layer, and what is to be said about it.
type Result struct {
	// Layer is to be laid over the base.
	Layer *rootfs.Layer

	// Interpreter is the Python that the layer brings.
	Interpreter *python.Interpreter

	// Packages are the system packages that were recorded.
	Packages []string

	// Notes say what was passed over, and why.
	Notes []string

	// Warnings say what of the image will not work, or may not, while nothing tells
	// that the service needs it.
	Warnings []string

	// Removed is what rules left out of the standard library.
	Removed []report.Removal
}

// Options are the trees that a layer is made from.
type Options struct {
	// Base is what the layer is to be laid over.
	Base *rootfs.Root

	// Builder has the Python that the virtual environment was made with.
	Builder *rootfs.Root

	// Venvs hold the virtual environment at its place in the image, in one or
	// several layers of their own.
	Venvs []*rootfs.Root

	// Packages holds what of the base came with the system packages that the spec
	// names for it; nil is nothing.
	Packages *rootfs.Root

	// Family is what the base has to be, "alpine" (musl) or "distroless" (glibc).
	// Empty is either.
	Family string

	// Slim says what of the standard library is left out; nil leaves nothing out.
	Slim *slim.Slimmer
}

// Runtime makes the layer that turns the base into what the virtual environment
// runs on.
func Runtime(opt Options) (*Result, error) {
	if err := sameRelease(opt.Base, opt.Builder); err != nil {
		return nil, err
	}
	i, err := interpreter(opt.Builder, opt.Venvs)
	if err != nil {
		return nil, err
	}
	program, err := opt.Builder.Stat(i.Path)
	if err != nil {
		return nil, err
	}
	f, err := elf.ReadEntry(program)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", i.Path, err)
	}
	r := &slicer{Options: opt, interpreter: i, layer: rootfs.NewLayer(opt.Base), shown: map[string]shown{}, machine: f.Machine}
	for _, step := range []func() error{
		r.databases, r.sameLibc, r.python, r.reachable, r.show, r.requirements, r.libraries, r.certificates, r.timeZones,
		r.strip, r.records, r.audit,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &Result{Layer: r.layer, Interpreter: i, Packages: r.packages, Notes: r.notes, Warnings: r.warnings, Removed: r.removed}, nil
}

// interpreter is the Python of the builder that the virtual environment was made
// for.
func interpreter(builder *rootfs.Root, venvs []*rootfs.Root) (*python.Interpreter, error) {
	link := path.Join(python.Venv, "bin/python")
	for _, tree := range venvs {
		e, err := tree.Lstat(link)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !path.IsAbs(e.Link) {
			return nil, fmt.Errorf("%s: not a link to an interpreter outside of the environment", link)
		}
		return python.At(builder, e.Link)
	}
	return nil, fmt.Errorf("%s: in none of the trees of the virtual environment", link)
}

type slicer struct {
	Options
	interpreter       *python.Interpreter
	layer             *rootfs.Layer
	programs          []string       // of the virtual environment
	objects           []elf.Object   // that the interpreter may open
	scripts           []script       // that can be run
	sources           []rootfs.Entry // of Python
	dists             []python.Distribution
	packages          []string
	notes             []string
	warnings          []string
	baseDB, builderDB *ospkg.DB
	shown             map[string]shown
	names             rootfs.Paths     // of what is shown
	machine           debugelf.Machine // of the interpreter
	removed           []report.Removal
}

// python adds the interpreter and its standard library.
func (r *slicer) python() error {
	entries, removed, err := python.Slice(r.Builder, r.interpreter, r.Slim)
	if err != nil {
		return err
	}
	r.removed = removed
	for _, e := range entries {
		if e.IsLink() {
			err = r.copyLink(e)
		} else {
			err = r.layer.Add(e.Normal())
		}
		if err != nil {
			return err
		}
		if path.Dir(e.Path) == r.interpreter.DynLoad && r.layer.Has(e.Path) {
			// Official images have this module without the libraries that it needs.
			optional := strings.HasPrefix(path.Base(e.Path), "_tkinter.")
			r.objects = append(r.objects, elf.Object{Path: e.Path, Required: !optional})
		}
	}
	return nil
}

// reachable checks that others than root can get to the interpreter.
func (r *slicer) reachable() error {
	for dir := path.Dir(r.interpreter.Path); ; dir = path.Dir(dir) {
		e, err := r.layer.Stat(dir)
		if err != nil {
			return err
		}
		if e.Mode&0o001 == 0 {
			return fmt.Errorf("%s: only root can enter %s (install Python in /usr/local, /usr or /opt)", r.interpreter.Path, dir)
		}
		if dir == "/" {
			return nil
		}
	}
}

// copyLink copies a link and what it leads to; one that leads nowhere stays
// behind.
func (r *slicer) copyLink(e rootfs.Entry) error {
	to, err := r.Builder.Stat(e.Path)
	if err != nil || !to.Mode.IsRegular() {
		r.notes = append(r.notes, fmt.Sprintf("%s: passed over, a link to %s", e.Path, e.Link))
		return nil
	}
	return r.layer.Copy(r.Builder, e.Path)
}

// records adds the records of the packages that files were copied from.
func (r *slicer) records() error {
	var named []string
	if _, ok := r.builderDB.Owner(caBundle); !ok && r.layer.Has(caBundle) {
		// Debian puts the bundle together when the package is installed, so no
		// package says that it owns it.
		named = []string{"ca-certificates"}
	}
	var err error
	r.packages, err = r.builderDB.Record(r.layer, r.baseDB, named...)
	return err
}
