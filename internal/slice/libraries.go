package slice

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/rootfs"
)

// libraries adds the shared libraries.
func (r *slicer) libraries() error {
	c := elf.NewClosure(r.layer, r.Builder)
	if err := c.Program(r.interpreter.Path, r.objects...); err != nil {
		return err
	}
	for _, name := range r.programs {
		if err := c.Program(name); err != nil {
			return err
		}
	}
	r.notes = append(r.notes, c.Notes()...)
	r.warnings = append(r.warnings, c.Warnings()...)
	required, optional := split(c.Missing())
	optional, err := r.withoutTwins(optional)
	if err != nil {
		return err
	}
	r.warnings = append(r.warnings, r.optional(optional)...)
	return r.missing(required)
}

func split(list []elf.Missing) (required, optional []elf.Missing) {
	for _, m := range list {
		if m.Optional {
			optional = append(optional, m)
		} else {
			required = append(required, m)
		}
	}
	return required, optional
}

// audit checks what the other steps take for granted: what the base brings, scripts,
// and libraries that are opened by name.
func (r *slicer) audit() error {
	for _, step := range []func() error{r.auditBase, r.auditScripts, r.auditLoads} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// auditBase checks what programs and shared objects of the base need. A program that
// cannot start is an error when it was asked for; what came with the base may be
// there for no reason.
func (r *slicer) auditBase() error {
	programs, objects, err := r.ofBase()
	if err != nil {
		return err
	}
	c := elf.NewClosure(r.layer, nil)
	if err := c.Program(r.interpreter.Path, objects...); err != nil {
		return err
	}
	for _, name := range programs {
		if err := c.Program(name); err != nil {
			return err
		}
	}
	r.warnings = append(r.warnings, c.Warnings()...)
	var asked, others []elf.Missing
	for _, m := range c.Missing() {
		if !m.Optional && r.came(m.File) {
			asked = append(asked, m)
		} else {
			others = append(others, m)
		}
	}
	r.warnings = append(r.warnings, r.optional(others)...)
	return r.missing(asked)
}

// came reports whether a file of the base came with a package that the spec names.
func (r *slicer) came(name string) bool {
	if r.Packages == nil {
		return false
	}
	_, err := r.Packages.Lstat(name)
	return err == nil
}

// ofBase lists the programs and the shared objects of the base that no layer
// replaces. A program can be executed, and a shared object has .so in its name.
func (r *slicer) ofBase() (programs []string, objects []elf.Object, err error) {
	err = r.Base.Walk("/", func(e rootfs.Entry) error {
		name := path.Base(e.Path)
		if e.Mode.IsDir() && e.Path != "/" && path.Dir(e.Path) == "/" && (name == "proc" || name == "sys" || name == "dev") {
			return fs.SkipDir
		}
		if !e.IsExecutable() && !strings.Contains(name, ".so") || r.layer.Has(e.Path) {
			return nil
		}
		f, err := elf.ReadEntry(e)
		switch {
		case errors.Is(err, elf.ErrNotELF):
			return nil
		case err != nil:
			return err
		case f.IsProgram():
			programs = append(programs, e.Path)
		default:
			objects = append(objects, elf.Object{Path: e.Path})
		}
		return nil
	})
	return programs, objects, err
}
