package unpack

import (
	"crypto/sha256"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/slim"
)

// leaveOut marks what is left out. What is in such files is not looked at: they are in
// RECORD, and whoever fetched the wheel checked the hash of the whole.
func (d *dist) leaveOut(l layout) {
	rule, isGone := d.slim.RemovesAll(d.name)
	d.isGone = isGone
	for _, f := range d.files {
		if isGone {
			f.rule = rule
		} else if rule, ok := d.slim.Removes(d.name, l.fromPackages(f.path)); ok {
			f.rule = rule
		}
	}
}

// fromPackages is a path from the directory of packages, as RECORD has it.
func (l layout) fromPackages(name string) string {
	rel, err := filepath.Rel(l.sitePackages, name)
	if err != nil {
		return name // both are relative
	}
	return rel
}

// strip takes out of a library or program what no loader reads, unless it checks itself.
// The file is written and checked already.
func (t *tree) strip(f *file, dst *os.File) error {
	if !t.slim.Strips(f.dist.name, t.fromPackages(f.path)) || elf.IsSigned(f.path, t.has) {
		return nil
	}
	saved, err := elf.Strip(dst)
	if err != nil || saved == 0 {
		return err
	}
	sum := sha256.New()
	if _, err := dst.Seek(0, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(sum, dst)
	t.stripped.Store(f.path, recordLine{encode("sha256", sum.Sum(nil)), n})
	return err
}

// has reports whether a package has a file at a path, be it left out.
func (t *tree) has(name string) bool {
	_, ok := slices.BinarySearchFunc(t.files, name, func(f *file, name string) int { return strings.Compare(f.path, name) })
	return ok
}

// written is what RECORD says of a file: what was written.
func (t *tree) written(f *file) recordLine {
	if line, ok := t.stripped.Load(f.path); ok {
		return line.(recordLine)
	}
	return recordLine{f.digest, f.size}
}

// fillRecords makes the RECORDs, of all files as they are written.
func (t *tree) fillRecords() ([]*file, error) {
	var out []*file
	for _, d := range t.dists {
		if d.isGone {
			continue
		}
		lines := make(map[string]recordLine, len(d.files))
		var self *file
		for _, f := range d.files {
			switch {
			case f.isRecord:
				self = f
			case f.rule == "":
				lines[t.fromPackages(f.path)] = t.written(f)
			}
		}
		text, err := recordText(lines, t.fromPackages(self.path))
		if err != nil {
			return nil, err
		}
		self.setData(text)
		out = append(out, self)
	}
	return out, nil
}

// removed lists what was left out, or made smaller, in the image.
func (t *tree) removed() []report.Removal {
	var r slim.Removals
	for _, f := range t.files {
		r.Add(path.Join(python.Venv, f.path), f.rule, f.size)
	}
	for _, d := range t.dists {
		if !t.slim.Strips(d.name, "") {
			continue
		}
		for _, m := range d.bytecode {
			if p, err := t.place(d, m.name); err == nil {
				r.Add(path.Join(python.Venv, p.path), slim.Bytecode, m.size)
			}
		}
	}
	out := r.List(path.Join(python.Venv, t.sitePackages))
	for _, f := range t.files {
		if line, ok := t.stripped.Load(f.path); ok {
			out = append(out, report.Removal{Path: path.Join(python.Venv, f.path), Rule: slim.DebugSymbols, Bytes: f.size - line.(recordLine).size})
		}
	}
	return out
}
