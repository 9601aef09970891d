package slice

import (
	"errors"
	"path"
	"slices"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// Debug makes the layer that adds a shell, basic programs and pip to a finished
// image: all that the image does not have already.
func Debug(image, builder *rootfs.Root) (*Result, error) {
	i, err := interpreter(builder, []*rootfs.Root{image})
	if err != nil {
		return nil, err
	}
	r := &slicer{Options: Options{Base: image, Builder: builder}, interpreter: i, layer: rootfs.NewLayer(image)}
	for _, step := range []func() error{r.databases, r.shell, r.libraries, r.pip, r.records} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &Result{Layer: r.layer, Interpreter: i, Packages: r.packages, Notes: r.notes, Warnings: r.warnings}, nil
}

// shell adds the builder's busybox with all its names, else a shell and the basic
// programs of a Debian.
func (r *slicer) shell() error {
	names, err := r.busybox()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names, err = r.basics()
	}
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("the builder has neither busybox nor a shell")
	}
	for _, name := range names {
		if _, err := r.layer.Lstat(name); err == nil {
			continue
		}
		if err := r.layer.Copy(r.Builder, name); err != nil {
			return err
		}
		r.programs = append(r.programs, name)
	}
	return nil
}

// binDirs are where programs are.
func binDirs() []string { return []string{"/bin", "/sbin", "/usr/bin", "/usr/sbin"} }

// busybox lists the names of the builder's busybox.
func (r *slicer) busybox() ([]string, error) {
	box, err := r.Builder.Stat("/bin/busybox")
	if err != nil {
		return nil, nil
	}
	names := []string{box.Path}
	for _, dir := range binDirs() {
		list, err := r.Builder.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range list {
			if to, err := r.Builder.Stat(e.Path); e.IsLink() && err == nil && to.Path == box.Path {
				names = append(names, e.Path)
			}
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool { return path.Base(name) == "sh" }) {
		return nil, nil // one without links to it is no shell
	}
	return names, nil
}

// basics lists a shell and basic programs by the packages that have them.
func (r *slicer) basics() ([]string, error) {
	var names []string
	for _, pkg := range []string{"dash", "bash", "coreutils", "findutils", "grep", "sed"} {
		for _, name := range r.builderDB.Files(pkg) {
			e, err := r.Builder.Stat(name)
			if err != nil || !e.IsExecutable() || !slices.Contains(binDirs(), path.Dir(name)) {
				continue
			}
			if _, err := elf.ReadEntry(e); err == nil {
				names = append(names, name)
			}
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool { return path.Base(name) == "sh" }) {
		return nil, nil // one without links to it is no shell
	}
	return names, nil
}

// pip adds pip to the virtual environment, unless it is there already.
func (r *slicer) pip() error {
	have, err := python.Distributions(r.Base, python.Venv)
	if err != nil {
		return err
	}
	for _, d := range have {
		if d.Name == "pip" {
			return nil
		}
	}
	files, err := python.Pip(r.Builder, r.interpreter)
	if err != nil {
		return err
	}
	for _, e := range files {
		if err := r.layer.Add(e); err != nil {
			return err
		}
	}
	return nil
}
