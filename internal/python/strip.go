package python

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/rootfs"
)

// Stripped is what Strip did.
type Stripped struct {
	// Layer holds what stays, at its place in the image.
	Layer *rootfs.Layer

	// Files and Bytes count what was left out.
	Files int
	Bytes int64

	// Tools are the packages that were left out.
	Tools []string

	// Native tells that something which stays is compiled (ELF).
	Native bool
}

// Strip takes a virtual environment, or a part of one, and leaves out what no
// service needs: bytecode and caches, the scripts that activate the environment
// in a shell, and the packages that install packages, unless they are to be kept
// or an installed package requires them. Each RECORD is kept true.
func Strip(root *rootfs.Root, keep []string) (*Stripped, error) {
	dists, err := Distributions(root, "/")
	if err != nil {
		return nil, err
	}
	s := &stripper{root: root, tools: map[string]bool{}, owned: map[string]bool{}, gone: map[string]bool{}, full: map[string]bool{}}
	s.result.Layer = rootfs.NewLayer(nil)
	for _, d := range dists {
		for _, line := range d.Record {
			s.owned[line.Path] = true
		}
	}
	for _, d := range unneeded(dists, keep) {
		s.result.Tools = append(s.result.Tools, d.Name+" "+d.Version)
		s.tools[d.Dir] = true
		for _, line := range d.Record {
			s.tools[line.Path] = true
		}
	}
	for _, d := range dists {
		if s.tools[d.Dir] {
			continue
		}
		for _, line := range d.Record {
			delete(s.tools, line.Path) // what another package has too stays
		}
	}
	if err := s.walk(); err != nil {
		return nil, err
	}
	return &s.result, s.rewrite(dists)
}

// unneeded are the installers which nothing that stays requires. One that does not
// say which files it has cannot be told from the rest, and stays.
func unneeded(dists []Distribution, keep []string) []Distribution {
	drop := map[string]bool{"pip": true, "setuptools": true, "wheel": true}
	for _, name := range keep {
		delete(drop, NormalName(name))
	}
	for changed := true; changed; {
		changed = false
		for _, d := range dists {
			for _, name := range d.Requires {
				if !drop[d.Name] && drop[name] {
					delete(drop, name)
					changed = true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(dists), func(d Distribution) bool { return !drop[d.Name] || len(d.Record) == 0 })
}

type stripper struct {
	root   *rootfs.Root
	tools  map[string]bool // files and directories of the packages left out
	owned  map[string]bool // files of all packages
	gone   map[string]bool // files left out
	full   map[string]bool // directories that have something in them
	result Stripped
}

// walk takes what stays. A directory is taken with what is in it; one that was
// empty before stays empty.
func (s *stripper) walk() error {
	var dirs []rootfs.Entry
	err := s.root.Walk("/", func(e rootfs.Entry) error {
		s.full[path.Dir(e.Path)] = true
		if e.Mode.IsDir() {
			dirs = append(dirs, e)
			return nil
		}
		drop, err := s.drops(e)
		if err != nil {
			return err
		}
		if drop {
			s.gone[e.Path] = true
			s.result.Files++
			s.result.Bytes += e.Size
			return nil
		}
		return s.take(e)
	})
	if err != nil {
		return err
	}
	for _, e := range dirs {
		if s.full[e.Path] || s.inDroppedDir(e.Path) {
			continue
		}
		if err := s.take(e); err != nil {
			return err
		}
	}
	return nil
}

func (s *stripper) take(e rootfs.Entry) error {
	if e.Mode.IsRegular() && !s.result.Native {
		_, err := elf.ReadEntry(e)
		if err != nil && !errors.Is(err, elf.ErrNotELF) {
			return err
		}
		s.result.Native = err == nil
	}
	e = e.Normal()
	e.Path = path.Join(Venv, e.Path)
	return s.result.Layer.Add(e)
}

// drops reports whether a file stays behind. Bytecode beside no source is a
// package's own code, and stays.
func (s *stripper) drops(e rootfs.Entry) (bool, error) {
	dir, name := path.Split(e.Path)
	switch {
	case s.tools[e.Path], s.inDroppedDir(e.Path):
		return true, nil
	case dir == "/":
		return name == ".lock" || name == "CACHEDIR.TAG" || name == ".gitignore", nil
	case dir == "/bin/":
		return !s.owned[e.Path] && isActivation(name), nil
	case isDistInfo(path.Clean(dir)):
		return name == "uv_cache.json" || name == "uv_build.json", nil
	case path.Ext(name) == ".pyc":
		_, err := s.root.Lstat(strings.TrimSuffix(e.Path, "c"))
		return err == nil, nil
	}
	return false, nil
}

// isActivation reports whether a script, which belongs to no package, is for
// activating the environment.
func isActivation(name string) bool {
	return strings.HasPrefix(name, "activate") || strings.HasPrefix(name, "deactivate") || name == "Activate.ps1" || name == "pydoc.bat"
}

// inDroppedDir reports whether a path is or lies in a directory that stays behind.
func (s *stripper) inDroppedDir(name string) bool {
	for ; name != "/"; name = path.Dir(name) {
		if path.Base(name) == "__pycache__" || name == "/.cache" || isDistInfo(name) && s.tools[name] {
			return true
		}
	}
	return false
}

// rewrite takes the lines of files that are left out from the RECORD of each
// package that stays.
func (s *stripper) rewrite(dists []Distribution) error {
	for _, d := range dists {
		if s.tools[d.Dir] || !slices.ContainsFunc(d.Record, s.isGone) {
			continue
		}
		var text strings.Builder
		for _, line := range d.Record {
			if !s.isGone(line) {
				text.WriteString(line.Text)
			}
		}
		if err := s.take(rootfs.NewFile(path.Join(d.Dir, "RECORD"), fs.FileMode(0o644), []byte(text.String()))); err != nil {
			return err
		}
	}
	return nil
}

// isGone reports whether a line's file is left out. Bytecode that was never
// written may be listed all the same.
func (s *stripper) isGone(line RecordLine) bool {
	if s.gone[line.Path] {
		return true
	}
	_, err := s.root.Lstat(line.Path)
	return err != nil && s.inDroppedDir(line.Path)
}
