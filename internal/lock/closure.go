package lock

import (
	"slices"

	"github.com/keelback/keelback/internal/wheel"
)

// node is a package of the lock, or what an extra of it adds.
type node struct {
	*uvPackage
	extra string
}

func (n node) edges() []uvEdge {
	if n.extra == "" {
		return n.Needs
	}
	return n.Extras[n.extra]
}

// closure is a set of packages, in the order of the lock; certain tells of those
// that are needed whatever the markers say.
type closure struct {
	packages []*uvPackage
	certain  map[*uvPackage]bool
}

// needed walks from the root over the edges that the spec selects.
func (u *uvLock) needed(root *uvPackage, extras, groups []string) closure {
	edges := slices.Clone(root.Needs)
	for _, name := range extras {
		edges = append(edges, root.Extras[wheel.NormalName(name)]...)
	}
	for _, name := range groups {
		edges = append(edges, root.Groups[wheel.NormalName(name)]...)
	}
	return u.walk(edges)
}

// walk follows edges. Markers are not evaluated: what they guard is in the closure,
// but not certain. A node is passed twice at most, when it turns out to be certain.
func (u *uvLock) walk(edges []uvEdge) closure {
	type step struct {
		edges   []uvEdge
		certain bool
	}
	byName := map[string][]*uvPackage{}
	for _, p := range u.Package {
		byName[p.Name] = append(byName[p.Name], p)
	}
	seen := map[node]bool{} // and whether it is certain
	for queue := []step{{edges, true}}; len(queue) > 0; queue = queue[1:] {
		for _, e := range queue[0].edges {
			certain := queue[0].certain && e.Marker == ""
			for _, n := range e.nodes(byName[e.Name]) {
				if before, ok := seen[n]; ok && (before || !certain) {
					continue
				}
				seen[n] = certain
				queue = append(queue, step{n.edges(), certain})
			}
		}
	}
	c := closure{certain: map[*uvPackage]bool{}}
	for _, p := range u.Package {
		if certain, ok := seen[node{p, ""}]; ok {
			c.packages = append(c.packages, p)
			c.certain[p] = certain
		}
	}
	return c
}

// packages are those of the edge's name that it leads to.
func (e uvEdge) packages(named []*uvPackage) []*uvPackage {
	var packages []*uvPackage
	for _, p := range named {
		if (e.Version == "" || e.Version == p.Version) && (e.Source == uvSource{} || e.Source == p.Source) {
			packages = append(packages, p)
		}
	}
	return packages
}

// nodes are what an edge leads to, of the packages of its name.
func (e uvEdge) nodes(named []*uvPackage) []node {
	var nodes []node
	for _, p := range e.packages(named) {
		nodes = append(nodes, node{p, ""})
		for _, x := range e.Extra {
			nodes = append(nodes, node{p, x})
		}
	}
	return nodes
}

func (c closure) names() []string {
	var names []string
	for _, p := range c.packages {
		names = append(names, p.Name)
	}
	return names
}
