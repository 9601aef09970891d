package lock

import (
	"fmt"
	"slices"

	"github.com/keelback/keelback/internal/wheel"
)

// tracePackage is a package of a lock that does not say where it is installed.
type tracePackage struct {
	title         string // for messages, with the place in the lock
	name, version string // name normalised
	kind, source  string // as of dependency
	python        constraint

	// needs gives the dependencies of the package, or with an extra of it those that
	// the extra adds at least.
	needs func(extra string) ([]dependency, error)
}

// traceNode is a package by its index, with one of its extras or none.
type traceNode struct {
	pkg   int
	extra string
}

// traceEdge leads from a package to one that it depends on. Where the lock has more
// than one version that the dependency allows, the newest comes first.
type traceEdge struct {
	to     []int
	extras []string
	when   dnf
}

// tracer finds out where each package is installed: on which ways from the project's
// dependencies one comes to it.
//
// A dependency that allows only one version of the lock says where that one is
// installed. One that allows several takes what others chose, and else the newest that
// the version of Python allows, as the tools do when they install. So the former come
// first, and the latter see in `certain` what they came to.
type tracer struct {
	packages []tracePackage
	byName   map[string][]int
	self     string // normalised name of the project, which is in no lock
	mend     string // command that makes the lock anew
	texts    *atoms
	edges    map[traceNode][]traceEdge
	order    []traceNode // of first visit
	reached  map[traceNode]dnf
	certain  []dnf // by package; nil until all edges to one version are followed
}

// traceMarkers gives the markers of all packages. The roots are the dependencies of the
// project, with the groups and extras that they are of in their markers.
func traceMarkers(packages []tracePackage, roots []dependency, self, mend string) ([]markerExpr, error) {
	t := &tracer{
		packages: packages, byName: map[string][]int{}, self: self, mend: mend,
		texts: newAtoms(), edges: map[traceNode][]traceEdge{}, reached: map[traceNode]dnf{},
	}
	for i, p := range packages {
		t.byName[p.name] = append(t.byName[p.name], i)
	}
	edges, err := t.edgesTo(pyprojectFile, roots)
	if err != nil {
		return nil, err
	}
	if err := t.follow(edges); err != nil {
		return nil, err
	}
	certain := make([]dnf, len(packages))
	for i := range packages {
		certain[i] = t.reached[traceNode{pkg: i}]
	}
	t.certain = certain
	if err := t.follow(edges); err != nil {
		return nil, err
	}
	markers := make([]markerExpr, len(packages))
	for i := range packages {
		markers[i] = t.texts.expr(t.reached[traceNode{pkg: i}])
	}
	return markers, nil
}

// edgesTo finds what dependencies may install. What has a marker may be missing: tools
// leave out what no target of the lock needs.
func (t *tracer) edgesTo(from string, dependencies []dependency) ([]traceEdge, error) {
	edges := []traceEdge{}
	for _, d := range dependencies {
		if d.marker.constant(false) {
			continue
		}
		e := traceEdge{extras: d.extras}
		for _, i := range t.byName[d.name] {
			if d.installs(t.packages[i]) {
				e.to = append(e.to, i)
			}
		}
		slices.SortStableFunc(e.to, func(a, b int) int {
			return wheel.CompareVersions(t.packages[b].version, t.packages[a].version)
		})
		if len(e.to) == 0 && d.marker.constant(true) && d.name != t.self && !slices.Contains(neverLocked(), d.name) {
			return nil, fmt.Errorf("%s needs %s, but the lock has none that fits (%s)", from, d.name, t.mend)
		}
		var err error
		if e.when, err = t.texts.dnf(d.marker); err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		edges = append(edges, e)
	}
	return edges, nil
}

// neverLocked are names that Poetry left out of its locks up to 1.4.
func neverLocked() []string { return []string{"distribute", "pip", "setuptools", "wheel"} }

// edgesFrom are those from a package, or from one of its extras.
func (t *tracer) edgesFrom(n traceNode) ([]traceEdge, error) {
	if edges, ok := t.edges[n]; ok {
		return edges, nil
	}
	p := t.packages[n.pkg]
	needs, err := p.needs(n.extra)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.title, err)
	}
	edges, err := t.edgesTo(p.title, needs)
	t.edges[n] = edges
	return edges, err
}

// follow goes on along all edges until nothing changes.
func (t *tracer) follow(roots []traceEdge) error {
	for changed := true; changed; {
		changed = false
		for _, e := range roots {
			if err := t.take(e, dnf{{}}, &changed); err != nil {
				return err
			}
		}
		for i := 0; i < len(t.order); i++ {
			edges, err := t.edgesFrom(t.order[i])
			if err != nil {
				return err
			}
			for _, e := range edges {
				if err := t.take(e, t.reached[t.order[i]], &changed); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// take follows an edge from where one is when a marker holds.
func (t *tracer) take(e traceEdge, when dnf, changed *bool) error {
	when, err := t.texts.and(when, e.when)
	if err != nil || len(e.to) > 1 && t.certain == nil {
		return err
	}
	for i, to := range e.to {
		here := when
		if len(e.to) > 1 {
			if here, err = t.preferred(e.to[:i+1], when); err != nil {
				return err
			}
		}
		for _, extra := range append([]string{""}, e.extras...) {
			if err := t.reach(traceNode{to, extra}, here, changed); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tracer) reach(n traceNode, when dnf, changed *bool) error {
	before := t.reached[n]
	reached, more, err := before.or(when)
	if err != nil || !more {
		return err
	}
	if len(before) == 0 {
		t.order = append(t.order, n)
	}
	t.reached[n], *changed = reached, true
	return nil
}

// preferred is where a dependency on several versions takes the last of these: where
// no other is certain, and the version of Python excludes those before it.
func (t *tracer) preferred(to []int, when dnf) (dnf, error) {
	at := to[len(to)-1]
	var not []dnf
	for _, i := range t.byName[t.packages[at].name] {
		if i != at {
			not = append(not, t.certain[i])
		}
	}
	for _, i := range to {
		python, err := t.texts.dnf(t.packages[i].python.marker())
		if err != nil {
			return nil, err
		}
		if i != at {
			not = append(not, python)
		} else if when, err = t.texts.and(when, python); err != nil {
			return nil, err
		}
	}
	for _, n := range not {
		opposite, err := t.texts.not(n)
		if err != nil {
			return nil, err
		}
		if when, err = t.texts.and(when, opposite); err != nil {
			return nil, err
		}
	}
	return when, nil
}
