package lock

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// pdmProject is what pyproject.toml says to PDM.
type pdmProject struct {
	*document
	name           string
	extras, groups map[string][]string // requirements, by normalised name; not nil
	excluded       map[string]bool     // names that are never installed
	overridden     map[string]bool     // names whose version no dependency decides
}

// newPDMProject is nil without a document.
func newPDMProject(d *document) *pdmProject {
	if d == nil {
		return nil
	}
	name, _ := d.table("project")["name"].(string)
	resolution := d.table("tool", "pdm", "resolution")
	overrides, _ := resolution["overrides"].(map[string]any)
	p := &pdmProject{
		document: d, name: wheel.NormalName(name), extras: map[string][]string{}, groups: map[string][]string{},
		excluded: set(texts(resolution["excludes"])), overridden: set(slices.Collect(maps.Keys(overrides))),
	}
	for name, list := range d.table("project", "optional-dependencies") {
		p.extras[wheel.NormalName(name)] = append([]string{}, texts(list)...)
	}
	for name, list := range d.table("tool", "pdm", "dev-dependencies") {
		p.groups[wheel.NormalName(name)] = append([]string{}, texts(list)...)
	}
	for name := range d.table("dependency-groups") {
		p.groups[wheel.NormalName(name)] = append(p.groups[wheel.NormalName(name)], p.included(wheel.NormalName(name), map[string]bool{})...)
	}
	return p
}

// included are the requirements of a dependency group (PEP 735), with those of the
// groups that it includes and that were not seen before.
func (p *pdmProject) included(name string, seen map[string]bool) []string {
	all := []string{}
	for key, list := range p.table("dependency-groups") {
		if wheel.NormalName(key) != name || seen[key] {
			continue
		}
		seen[key] = true
		items, _ := list.([]any)
		for _, item := range items {
			switch item := item.(type) {
			case string:
				all = append(all, item)
			case map[string]any:
				other, _ := item["include-group"].(string)
				all = append(all, p.included(wheel.NormalName(other), seen)...)
			}
		}
	}
	return all
}

// roots are the project's dependencies.
func (p *pdmProject) roots() ([]dependency, error) {
	roots, err := p.dependencies(texts(p.table("project")["dependencies"]))
	if err != nil {
		return nil, err
	}
	for _, kind := range []struct {
		set    string
		tables map[string][]string
	}{{"extras", p.extras}, {"dependency_groups", p.groups}} {
		for _, name := range slices.Sorted(maps.Keys(kind.tables)) {
			all, err := p.expanded(kind.tables[name], map[string]bool{})
			if err != nil {
				return nil, err
			}
			for _, d := range all {
				d.marker = allOf(named(name, kind.set), d.marker)
				roots = append(roots, d)
			}
		}
	}
	return roots, nil
}

// expanded puts the dependencies of extras in the place of the project itself, as in
// all = ["shop[cache,frames]"].
func (p *pdmProject) expanded(requirements []string, seen map[string]bool) ([]dependency, error) {
	all, err := p.dependencies(requirements)
	if err != nil {
		return nil, err
	}
	var expanded []dependency
	for _, d := range all {
		if d.name != p.name {
			expanded = append(expanded, d)
			continue
		}
		for _, extra := range d.extras {
			if seen[extra] {
				continue
			}
			seen[extra] = true
			more, err := p.expanded(slices.Concat(p.extras[extra], p.groups[extra]), seen)
			if err != nil {
				return nil, err
			}
			expanded = append(expanded, more...)
		}
	}
	return expanded, nil
}

var egg = regexp.MustCompile(`[#&]egg=([A-Za-z0-9._-]+)`)

// dependencies reads requirements of PEP 508, and the editable ones of PDM.
func (p *pdmProject) dependencies(requirements []string) ([]dependency, error) {
	var all []dependency
	for _, text := range requirements {
		if rest, ok := strings.CutPrefix(text, "-e "); ok {
			m := egg.FindStringSubmatch(rest)
			if m == nil {
				return nil, fmt.Errorf("%q does not say its name (#egg=NAME)", text)
			}
			text = m[1] + " @ " + strings.TrimSpace(rest)
		}
		d, err := readDependency(text)
		if err != nil {
			return nil, fmt.Errorf("requirement %q: %w", text, err)
		}
		if p.overridden[d.name] {
			d.versions = constraint{alternative{}}
		}
		if !p.excluded[d.name] {
			all = append(all, d)
		}
	}
	return all, nil
}

// indexes are those of the project: one that is called pypi is the default one.
func (p *pdmProject) indexes() Query {
	var q Query
	if p == nil {
		return q
	}
	sources, _ := p.table("tool", "pdm")["source"].([]any)
	for _, s := range sources {
		source, _ := s.(map[string]any)
		address, _ := source["url"].(string)
		address = withoutPlaceholders(address)
		switch name, _ := source["name"].(string); {
		case address == "":
		case source["type"] == "find_links":
			q.FindLinks = append(q.FindLinks, address)
		case name == "pypi":
			q.Index = address
		default:
			q.ExtraIndexes = append(q.ExtraIndexes, address)
		}
	}
	return q
}

// stale tells whether the project changed since it was locked. PDM hashes what matters
// of pyproject.toml into the lock; [dependency-groups] came to it in 2.20, and all of
// [tool.pdm.resolution] where only its overrides were. Of a project in the form of
// another tool, and of a lock with another record of the same, it is not known.
func (p *pdmLock) stale(project *pdmProject) bool {
	want, ok := strings.CutPrefix(p.Metadata.ContentHash, "sha256:")
	if project == nil || !ok || p.Metadata.LockInputs != nil || project.table("project") == nil {
		return false
	}
	for _, groups := range []map[string]any{project.allGroups(), project.table("tool", "pdm", "dev-dependencies")} {
		for _, resolution := range []string{"resolution", "overrides"} {
			text, ok := pythonJSON(project.relevant(groups, resolution))
			sum := sha256.Sum256([]byte(text))
			if !ok || hex.EncodeToString(sum[:]) == want {
				return false
			}
		}
	}
	return true
}

// relevant is what matters of pyproject.toml, with its groups for development.
func (p *pdmProject) relevant(groups map[string]any, resolution string) map[string]any {
	or := func(value any, ok bool, otherwise any) any {
		if !ok {
			return otherwise
		}
		return value
	}
	metadata, settings := p.table("project"), p.table("tool", "pdm")
	sources, hasSources := settings["source"]
	dependencies, hasDependencies := metadata["dependencies"]
	optional, hasOptional := metadata["optional-dependencies"]
	python, hasPython := metadata["requires-python"]
	content := map[string]any{
		"sources":               or(sources, hasSources, []any{}),
		"dependencies":          or(dependencies, hasDependencies, []any{}),
		"optional-dependencies": or(optional, hasOptional, map[string]any{}),
		"requires-python":       or(python, hasPython, ""),
		"dev-dependencies":      groups,
		resolution:              map[string]any{},
	}
	if table := p.table("tool", "pdm", "resolution"); resolution == "resolution" && table != nil {
		content[resolution] = table
	} else if table := p.table("tool", "pdm", "resolution", "overrides"); resolution == "overrides" && table != nil {
		content[resolution] = table
	}
	return content
}

// allGroups are the groups for development as they are written, of both tables.
func (p *pdmProject) allGroups() map[string]any {
	all := map[string]any{}
	for _, table := range []map[string]any{p.table("dependency-groups"), p.table("tool", "pdm", "dev-dependencies")} {
		for name, list := range table {
			before, _ := all[wheel.NormalName(name)].([]any)
			items, _ := list.([]any)
			all[wheel.NormalName(name)] = slices.Concat(before, items)
		}
	}
	return all
}
