package scan

import (
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/wheel"
)

// plan is what could be left out of all wheels, and what is searched.
type plan struct {
	slim   *slim.Slimmer
	wheels []*opened
	units  []Unit
	roots  []bool // of each unit: it stays, whoever names it
	owners []map[string]int
}

// newPlan finds the units.
func newPlan(s *slim.Slimmer, wheels []*opened, python string) *plan {
	p := &plan{slim: s, wheels: wheels, owners: make([]map[string]int, len(wheels))}
	there := map[string]bool{}
	for _, w := range wheels {
		there[w.name] = true
	}
	for i, w := range wheels {
		p.owners[i] = map[string]int{}
		if w.Group != "" {
			p.addWheel(w, p.owners[i], there, python)
		}
	}
	for _, r := range s.RulesFor(slim.Stdlib) {
		if r.Named {
			p.add(Unit{Group: Stdlib, Package: slim.Stdlib, Rule: r.Name, Paths: r.Files}, false)
		}
	}
	return p
}

func (p *plan) add(u Unit, stays bool) int {
	p.units = append(p.units, u)
	p.roots = append(p.roots, stays)
	return len(p.units) - 1
}

// addWheel finds the units of a wheel, and which files belong to them.
func (p *plan) addWheel(w *opened, owners map[string]int, there map[string]bool, python string) {
	for _, r := range p.slim.RulesFor(w.name) {
		if r.Whole {
			i := p.add(w.whole(r, python), false)
			for _, f := range w.files {
				owners[f.path] = i
			}
			return
		}
	}
	first, byPath := len(p.units), map[string]int{}
	for _, f := range w.files {
		r, taken, ok := p.slim.Find(w.name, f.path)
		if !ok || r == nil || !r.Named {
			continue
		}
		key := taken
		if r.Together {
			key = r.Name
		}
		i, ok := byPath[key]
		if !ok {
			stays := slices.ContainsFunc(r.Unless, func(name string) bool { return there[name] })
			i = p.add(Unit{Group: w.Group, Package: w.name, Rule: r.Name, Checked: r.Package != ""}, stays)
			byPath[key] = i
		}
		owners[f.path] = i
		if u := &p.units[i]; !slices.Contains(u.Paths, taken) {
			u.add(w, r, taken, taken != f.path)
			p.roots[i] = p.roots[i] || !w.fits(r.Where, taken)
		}
	}
	for i := range p.units[first:] {
		if u := &p.units[first+i]; u.Checked {
			u.Spared = w.spared(u.Paths, owners)
		}
	}
}

// add adds a file or folder that a rule takes.
func (u *Unit) add(w *opened, r *slim.Rule, name string, isFolder bool) {
	u.Paths = append(u.Paths, name)
	switch {
	case isFolder && r.Where == slim.NoCode:
		u.Endings = w.endings(name)
	case !isFolder && !isModule(name):
		u.Endings = append(u.Endings, path.Ext(name))
	}
	if r.Words {
		u.Word, _, _ = strings.Cut(path.Base(name), ".")
	}
}

// spared are the modules that lie in folders, and stay.
func (w *opened) spared(folders []string, owners map[string]int) []string {
	var out []string
	for _, dir := range folders {
		for _, f := range w.below(dir) {
			if _, isTaken := owners[f]; isTaken || !isModule(f) {
				continue
			}
			out = append(out, module(f))
			if pkg, ok := strings.CutSuffix(module(f), ".__init__"); ok {
				out = append(out, pkg)
			}
		}
	}
	return out
}

// whole is a distribution that a rule takes as one.
func (w *opened) whole(r slim.Rule, python string) Unit {
	u := Unit{Group: w.Group, Package: w.name, Rule: r.Name, Whole: true, Paths: r.Files}
	seen := map[string]bool{}
	for _, f := range w.files {
		top, _, below := strings.Cut(f.path, "/")
		if name := strings.TrimSuffix(top, ".py"); (below || name != top) && !strings.Contains(name, ".") && !seen[name] {
			seen[name] = true
			u.Modules = append(u.Modules, name)
		}
	}
	if w.name == "setuptools" && wheel.CompareVersions(python, "3.12") >= 0 {
		u.Modules = append(u.Modules, "distutils") // that of the standard library is gone
	}
	slices.Sort(u.Modules)
	return u
}

// endings are those of all files in a folder but modules.
func (w *opened) endings(dir string) []string {
	var out []string
	for _, f := range w.below(dir) {
		if e := path.Ext(f); e != "" && e != ".py" {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// below are the files in a folder.
func (w *opened) below(dir string) []string {
	find := func(text string) int {
		i, _ := slices.BinarySearch(w.paths, text)
		return i
	}
	return w.paths[find(dir+"/"):find(dir+"0")] // 0 comes behind the slash
}

// fits reports whether something lies where its rule says.
func (w *opened) fits(where slim.Place, name string) bool {
	switch where {
	case slim.InTests:
		return path.Base(name) == "conftest.py" || slices.ContainsFunc(w.below(name), func(f string) bool {
			stem, isModule := strings.CutSuffix(path.Base(f), ".py")
			return f == name+"/__init__.py" || isModule && (strings.HasPrefix(stem, "test_") || strings.HasSuffix(stem, "_test"))
		})
	case slim.NoCode:
		return !slices.ContainsFunc(w.below(name), func(f string) bool {
			return path.Base(f) == "__init__.py" || path.Ext(f) == ".so"
		})
	case slim.BesideExtension:
		return w.compiled[path.Dir(name)]
	case slim.InCompiled:
		return len(w.compiled) > 0
	}
	return true
}
