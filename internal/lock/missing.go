package lock

import (
	"regexp"
	"strings"
)

// Missing gives the queries that find the files whose URLs the lock does not have:
// one for each index, and more where a package has several versions. It is nil when
// the lock is complete.
func (l *Lock) Missing() []Query {
	if l.unlocked != nil {
		q := l.indexes
		q.Requirements, q.Deps = strings.Join(l.unlocked, "\n")+"\n", true
		return []Query{q}
	}
	var queries []Query
	for _, group := range l.incomplete() {
		q := l.indexes
		if group[0].Index != "" {
			q.Index = group[0].Index
		}
		for _, p := range group {
			q.Requirements += p.requirement() + "\n"
		}
		queries = append(queries, q)
	}
	return queries
}

// incomplete are the packages that an index is to be asked for, by query. No query
// has two versions of a package: uv would look for one that is both.
func (l *Lock) incomplete() [][]*Package {
	type query struct {
		index string
		nth   int
	}
	type name struct{ index, name string }
	var groups [][]*Package
	place, seen := map[query]int{}, map[name]int{}
	for _, p := range l.packages {
		if p.complete() || p.absent {
			continue
		}
		n := name{p.Index, p.Name}
		q := query{p.Index, seen[n]}
		seen[n]++
		at, ok := place[q]
		if !ok {
			at = len(groups)
			place[q] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], p)
	}
	return groups
}

// complete tells whether it is known where the files of a package are.
func (p *Package) complete() bool {
	files := p.files()
	for _, f := range files {
		if f.URL == "" && f.Path == "" {
			return false
		}
	}
	return len(files) > 0 || len(p.Hashes) == 0
}

// ofProject are the parts of a marker that ask for extras and groups of the project,
// which a requirement cannot.
var ofProject = regexp.MustCompile(`(?:'[^']*'|"[^"]*")\s+(?:not\s+)?in\s+(?:extras|dependency_groups)\b|\bextra\s*[!=]=\s*(?:'[^']*'|"[^"]*")`)

// requirement asks for a package as a requirements file does. Its marker lets uv
// leave out what is not for this Python; extras and groups count as selected.
func (p *Package) requirement() string {
	text := p.Name + "==" + p.Version
	if marker := p.Marker.String(); marker != "" {
		text += " ; " + ofProject.ReplaceAllString(marker, "python_version >= '3'")
	}
	return text
}
