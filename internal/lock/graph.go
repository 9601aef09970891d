package lock

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// graph is a uv.lock, whose markers are on the edges between packages: what is
// installed is what is reached from the project.
type graph struct {
	*uvLock
	file     string
	root     *uvPackage
	byName   map[string][]*uvPackage
	packages map[*uvPackage]*Package
}

// setGraph takes the packages of uv.lock, and parses its markers.
func (l *locked) setGraph(u *uvLock, root *uvPackage, dir string) error {
	g := &graph{uvLock: u, file: l.Path, root: root, byName: map[string][]*uvPackage{}, packages: map[*uvPackage]*Package{}}
	parse := markers{}
	for _, p := range u.Package {
		g.byName[p.Name] = append(g.byName[p.Name], p)
		g.packages[p] = p.entry(l.Path, dir)
		if err := p.parseMarkers(parse); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", l.Path, p.line, p.Name, err)
		}
	}
	l.graph = g
	environments := u.SupportedMarkers
	if len(environments) == 0 && !slices.ContainsFunc(u.ResolutionMarkers, func(m string) bool { return strings.Contains(m, "extra") }) {
		environments = u.ResolutionMarkers
	}
	for _, text := range environments {
		m, err := parse.parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Path, err)
		}
		l.environments = append(l.environments, m)
	}
	return nil
}

func (p *uvPackage) parseMarkers(parse markers) error {
	lists := [][]uvEdge{p.Needs}
	for _, more := range []map[string][]uvEdge{p.Extras, p.Groups} {
		for _, key := range slices.Sorted(maps.Keys(more)) {
			lists = append(lists, more[key])
		}
	}
	for _, edges := range lists {
		for i := range edges {
			var err error
			if edges[i].marker, err = parse.parse(edges[i].Marker); err != nil {
				return err
			}
		}
	}
	return nil
}

// applying are the packages that the project needs on a target, without itself.
func (g *graph) applying(s *spec.Spec, t wheel.Target, problems *problems) []*Package {
	active := activation{projectMark(g.root.Name): true}
	lists := [][]uvEdge{g.root.Needs}
	for _, x := range normalizeAll(s.Dependencies.Extras) {
		active[extraMark(g.root.Name, x)] = true
		lists = append(lists, byName(g.root.Extras, x))
	}
	for _, name := range normalizeAll(s.Dependencies.Groups) {
		active[groupMark(g.root.Name, name)] = true
		lists = append(lists, byName(g.root.Groups, name))
	}
	return g.reach(lists, active, t, problems)
}

// applyingGroup are the packages of one group of the project.
func (g *graph) applyingGroup(name string, t wheel.Target, problems *problems) []*Package {
	active := activation{groupMark(g.root.Name, name): true}
	return g.reach([][]uvEdge{byName(g.root.Groups, name)}, active, t, problems)
}

// byName gives the edges of an extra or a group, by any spelling of its name.
func byName(lists map[string][]uvEdge, name string) []uvEdge {
	for _, key := range slices.Sorted(maps.Keys(lists)) {
		if wheel.NormalName(key) == name {
			return lists[key]
		}
	}
	return nil
}

// activation are the extras, groups and projects that are installed, as uv writes
// them in the markers of locks with conflicts: extra-LENGTH-PACKAGE-EXTRA, where the
// length is that of the package's name.
type activation map[string]bool

func extraMark(pkg, name string) string { return fmt.Sprintf("extra-%d-%s-%s", len(pkg), pkg, name) }

func groupMark(pkg, name string) string { return fmt.Sprintf("group-%d-%s-%s", len(pkg), pkg, name) }
func projectMark(pkg string) string     { return fmt.Sprintf("project-%d-%s", len(pkg), pkg) }

// reach walks from lists of edges over all whose marker holds. Where the lock has
// conflicts, markers ask which extras are active anywhere: the walk is repeated until
// no more are found.
func (g *graph) reach(lists [][]uvEdge, active activation, t wheel.Target, problems *problems) []*Package {
	for {
		w := uvWalk{graph: g, env: t.Environment(), active: active, found: maps.Clone(active), seen: map[node]bool{}}
		for _, edges := range lists {
			w.follow(g.root, edges)
		}
		for len(w.queue) > 0 {
			n := w.queue[0]
			w.queue = w.queue[1:]
			w.follow(n.uvPackage, n.edges())
		}
		if len(g.Conflicts) > 0 && len(w.found) > len(active) {
			active = w.found
			continue
		}
		if !g.checkConflicts(active, problems) {
			return nil
		}
		problems.all = append(problems.all, w.problems.all...)
		var packages []*Package
		for _, p := range g.Package {
			if p != g.root && w.seen[node{p, ""}] {
				packages = append(packages, g.packages[p])
			}
		}
		return packages
	}
}

// uvWalk is one walk over the graph, for one set of active extras.
type uvWalk struct {
	graph    *graph
	env      wheel.Environment
	active   activation
	found    activation // active, and what was met on the way
	seen     map[node]bool
	queue    []node
	problems problems
}

func (w *uvWalk) follow(from *uvPackage, edges []uvEdge) {
	for i := range edges {
		e := &edges[i]
		if e.marker != nil && !e.marker.Match(w.environment(e)) {
			continue
		}
		to := e.packages(w.graph.byName[e.Name])
		if len(to) != 1 {
			w.problems.addf(w.graph.file, from.line, lockKey, "%s needs %s, of which the lock has %d entries (uv lock)", from.Name, e.Name, len(to))
			continue
		}
		w.visit(node{to[0], ""})
		for _, x := range e.Extra {
			w.found[extraMark(e.Name, x)] = true
			w.visit(node{to[0], x})
		}
	}
}

func (w *uvWalk) visit(n node) {
	if !w.seen[n] {
		w.seen[n] = true
		w.queue = append(w.queue, n)
	}
}

// environment is what the marker of an edge sees: the extras that it asks for itself
// count as active.
func (w *uvWalk) environment(e *uvEdge) wheel.Environment {
	env := w.env
	if len(w.graph.Conflicts) == 0 {
		return env
	}
	env.Extra = slices.Collect(maps.Keys(w.active))
	for _, x := range e.Extra {
		env.Extra = append(env.Extra, extraMark(e.Name, x))
	}
	return env
}

// checkConflicts refuses what the project says is not installed together.
func (g *graph) checkConflicts(active activation, problems *problems) bool {
	ok := true
	for _, conflict := range g.Conflicts {
		var both []string
		for _, c := range conflict {
			switch {
			case c.Extra != "" && active[extraMark(c.Package, c.Extra)]:
				both = append(both, fmt.Sprintf("the extra %q of %s", c.Extra, c.Package))
			case c.Group != "" && active[groupMark(c.Package, c.Group)]:
				both = append(both, fmt.Sprintf("the group %q of %s", c.Group, c.Package))
			case c.Extra == "" && c.Group == "" && active[projectMark(c.Package)]:
				both = append(both, c.Package)
			}
		}
		if len(both) > 1 {
			ok = false
			problems.addf(g.file, 0, "dependencies", "%s conflict with one another (select one of them)", strings.Join(both, " and "))
		}
	}
	return ok
}
