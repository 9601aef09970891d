package scan

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// task is a file to search.
type task struct {
	wheel *opened
	member
	owner int
}

// searchAll searches all files that may be in the image.
func (p *plan) searchAll() (*mentions, error) {
	names := newMentions()
	if len(p.units) == 0 {
		return names, nil
	}
	x := newIndex(p.units)
	tasks := p.tasks()
	err := parallel(len(tasks), func(r *inflater, i int) error {
		t := tasks[i]
		text, err := r.read(t.zip)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(t.wheel.Path), err)
		}
		named := map[int]bool{}
		x.file(source{pkg: t.wheel.name, path: t.path, text: text}, func(unit int) { named[unit] = true })
		if len(named) > 0 {
			names.add(t.owner, named)
		}
		return nil
	})
	return names, err
}

// tasks are the files to search, the greatest first: one that comes last would keep one
// worker busy while all others are done.
func (p *plan) tasks() []task {
	var out []task
	for i, w := range p.wheels {
		hasModules := slices.ContainsFunc(p.units, func(u Unit) bool {
			return u.Package == w.name && u.Word == "" && slices.ContainsFunc(u.Paths, isModule)
		})
		for _, f := range w.files {
			if !f.isSearched() && !(hasModules && f.isCompiled()) {
				continue
			}
			t := task{w, f, nobody}
			if owner, ok := p.owners[i][f.path]; ok {
				t.owner = owner
			} else if _, isGone := p.slim.Removes(w.name, f.path); isGone {
				continue
			}
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b task) int { return cmp.Compare(b.zip.UncompressedSize64, a.zip.UncompressedSize64) })
	return out
}

// isSearched reports whether a file of a wheel may name something: sources, programs,
// what Python reads when it starts, and what a package says of itself.
func (m member) isSearched() bool {
	switch path.Ext(m.path) {
	case ".py":
		return true
	case ".pth":
		return !strings.Contains(m.path, "/")
	}
	if strings.HasPrefix(m.path, "../../../bin/") {
		return m.zip.UncompressedSize64 <= maxText
	}
	dir, name := path.Split(m.path)
	return strings.HasSuffix(dir, ".dist-info/") && (name == "entry_points.txt" || name == "METADATA")
}

// isCompiled reports whether a file is a compiled module. Those are searched for what
// lies in the same wheel: few packages are compiled against another one's tests.
func (m member) isCompiled() bool {
	return path.Ext(m.path) == ".so" && !strings.Contains(m.path, ".libs/")
}

// maxText is the size up to which a file that is no source may be a text.
const maxText = 1 << 20

// file searches a file by its name.
func (x *index) file(src source, found func(unit int)) {
	switch name := path.Base(src.path); {
	case path.Ext(name) == ".so":
		x.compiled(src, found)
	case path.Ext(name) == ".py", path.Ext(name) == ".pth":
		x.python(src, found)
		if path.Ext(name) == ".pth" {
			x.plain(src, found)
		}
	case name == "METADATA" && strings.HasSuffix(path.Dir(src.path), ".dist-info"):
		x.metadata(src, found)
	default:
		if bytes.IndexByte(src.text[:min(len(src.text), 8000)], 0) < 0 {
			x.python(src, found) // where it is none, no statement is found
			x.plain(src, found)
		}
	}
}

var requirement = regexp.MustCompile(`(?mi)^Requires-Dist:\s*([A-Za-z0-9][A-Za-z0-9._-]*)([^\r\n]*)`)

// metadata finds whole distributions that another one requires, unless just for one of
// its extras: who uses that imports it.
func (x *index) metadata(src source, found func(unit int)) {
	head, _, _ := bytes.Cut(src.text, []byte("\n\n"))
	for _, m := range requirement.FindAllSubmatch(head, -1) {
		if _, marker, _ := bytes.Cut(m[2], []byte(";")); bytes.Contains(marker, []byte("extra")) {
			continue
		}
		name := wheel.NormalName(string(m[1]))
		for i, u := range x.units {
			if u.Whole && u.Package == name && u.Package != src.pkg {
				found(i)
			}
		}
	}
}
