package scan

import (
	"path"
	"slices"
	"strings"
)

// index finds units by what names them.
type index struct {
	units    []Unit
	byModule map[string][]int    // dotted names, of what can be imported
	byBase   map[string][]target // last part of modules
	lasts    []string            // last parts of modules, once each
	byWord   map[string][]int    // whole texts
	byFile   map[string][]int    // base name of files
	byEnding map[ending][]int
	prefixes []prefixed // of modules
}

// target is a path of a unit.
type target struct {
	unit int
	path string
}

// ending is that of files in one distribution.
type ending struct{ pkg, text string }

// prefixed are modules whose names begin alike.
type prefixed struct {
	start string
	unit  int
}

func newIndex(units []Unit) *index {
	x := &index{
		units: units, byModule: map[string][]int{}, byBase: map[string][]target{},
		byFile: map[string][]int{}, byEnding: map[ending][]int{}, byWord: map[string][]int{},
	}
	for i, u := range units {
		for _, m := range u.Modules {
			x.byModule[m] = append(x.byModule[m], i)
		}
		for _, e := range u.Endings {
			x.byEnding[ending{u.Package, e}] = append(x.byEnding[ending{u.Package, e}], i)
		}
		if u.Word != "" {
			x.byWord[u.Word] = append(x.byWord[u.Word], i)
		}
		switch {
		case u.Group == Stdlib:
			x.addPart(i, u)
		case !u.Whole:
			x.addPaths(i, u)
		}
	}
	return x
}

// addPaths adds files and folders of a package.
func (x *index) addPaths(i int, u Unit) {
	for _, p := range u.Paths {
		if !isModule(p) {
			x.byFile[path.Base(p)] = append(x.byFile[path.Base(p)], i)
			continue
		}
		m := module(p)
		if u.Word == "" && x.byBase[last(m)] == nil {
			x.lasts = append(x.lasts, last(m))
		}
		x.byModule[m] = append(x.byModule[m], i)
		x.byBase[last(m)] = append(x.byBase[last(m)], target{i, p})
	}
}

// addPart adds the modules of a rule for the standard library: curses, shelve.py,
// lib-dynload/_curses*.
func (x *index) addPart(i int, u Unit) {
	for _, glob := range u.Paths {
		name := strings.TrimPrefix(strings.TrimPrefix(glob, "**/"), "lib-dynload/")
		name = strings.TrimSuffix(strings.TrimSuffix(name, "/**"), ".*")
		start, _, ok := strings.Cut(name, "*")
		if ok {
			x.prefixes = append(x.prefixes, prefixed{module(start), i})
			continue
		}
		x.byModule[module(name)] = append(x.byModule[module(name)], i)
	}
}

// imported gives the units that a module is, or is in, unless it is one that is spared.
func (x *index) imported(name string, found func(unit int)) {
	for end := 0; end < len(name); end++ {
		if next := strings.IndexByte(name[end:], '.'); next >= 0 {
			end += next
		} else {
			end = len(name)
		}
		for _, i := range x.byModule[name[:end]] {
			if !x.units[i].spares(name) {
				found(i)
			}
		}
	}
	for _, p := range x.prefixes {
		if p.start != "" && strings.HasPrefix(name, p.start) {
			found(p.unit)
		}
	}
}

// spares reports whether a module, or the module that a name is from, stays in any case.
func (u *Unit) spares(name string) bool {
	if len(u.Spared) == 0 {
		return false
	}
	from := strings.TrimSuffix(name, "."+last(name))
	return slices.Contains(u.Spared, name) || slices.Contains(u.Spared, from) && !slices.Contains(u.Spared, from+".__init__")
}
