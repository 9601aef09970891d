package lock

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// poetryProject is what pyproject.toml says to Poetry.
type poetryProject struct{ *document }

// readPoetryProject reads the pyproject.toml beside the lock. Without one it is nil.
func readPoetryProject(f *found) (*poetryProject, error) {
	d, err := readDocument(f, pyprojectFile)
	if d == nil || err != nil {
		return nil, err
	}
	return &poetryProject{d}, nil
}

// groupNames are the names of all dependency groups.
func (p *poetryProject) groupNames() []string {
	names := slices.Collect(maps.Keys(p.table("tool", "poetry", "group")))
	names = slices.AppendSeq(names, maps.Keys(p.table("dependency-groups")))
	if p.table("tool", "poetry", "dev-dependencies") != nil {
		names = append(names, "dev")
	}
	return names
}

// roots are the project's dependencies as Poetry 1 knows them, which has no [project].
// Those that are optional are in extras of the lock.
func (p *poetryProject) roots(extras map[string][]string) ([]dependency, error) {
	groups := map[string][]map[string]any{
		mainGroup: {p.table("tool", "poetry", "dependencies")},
		"dev":     {p.table("tool", "poetry", "dev-dependencies")},
	}
	for name := range p.table("tool", "poetry", "group") {
		group := wheel.NormalName(name)
		groups[group] = append(groups[group], p.table("tool", "poetry", "group", name, "dependencies"))
	}
	var roots []dependency
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		for _, table := range groups[group] {
			dependencies, err := parseDependencies(table)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.file, err)
			}
			for _, d := range dependencies {
				if d.name == "python" {
					continue
				}
				if d.optional {
					d.marker = allOf(inExtras(d.name, extras), d.marker)
				}
				if group != mainGroup {
					d.marker = allOf(named(group, "dependency_groups"), d.marker)
				}
				roots = append(roots, d)
			}
		}
	}
	return roots, nil
}

// inExtras holds where an extra of the project has a package.
func inExtras(name string, extras map[string][]string) markerExpr {
	var any []markerExpr
	for extra, names := range extras {
		if slices.ContainsFunc(names, func(n string) bool { return requirementName(n) == name }) {
			any = append(any, named(wheel.NormalName(extra), "extras"))
		}
	}
	sortExprs(any)
	return anyOf(any...)
}

// parseDependencies reads a table of them. A value is a constraint, a table, or a list
// of these, for different targets.
func parseDependencies(table map[string]any) ([]dependency, error) {
	var all []dependency
	for _, name := range slices.Sorted(maps.Keys(table)) {
		values, ok := table[name].([]any)
		if !ok {
			values = []any{table[name]}
		}
		for _, v := range values {
			d, err := parseDependency(v)
			if err != nil {
				return nil, fmt.Errorf("dependency %s: %w", name, err)
			}
			d.name = wheel.NormalName(name)
			all = append(all, d)
		}
	}
	return all, nil
}

func parseDependency(value any) (d dependency, err error) {
	table, ok := value.(map[string]any)
	if !ok {
		text, ok := value.(string)
		if !ok {
			return d, fmt.Errorf("%v is neither a constraint nor a table", value)
		}
		d.versions, err = parseConstraint(text)
		return d, err
	}
	text := func(key string) string {
		s, _ := table[key].(string)
		return s
	}
	for _, kind := range []string{"git", "url", "file", "path"} {
		if text(kind) != "" {
			d.kind = kind
		}
	}
	d.source = text("source")
	d.optional, _ = table["optional"].(bool)
	d.extras = normalizeAll(texts(table["extras"]))
	if d.versions, err = parseConstraint(text("version")); err != nil {
		return d, err
	}
	python, err := parseConstraint(text("python"))
	if err != nil {
		return d, err
	}
	marker, err := parseMarkerExpr(text("markers"))
	if err != nil {
		return d, err
	}
	d.marker = allOf(marker, python.marker(), platformMarker(text("platform")))
	return d, nil
}

// platformMarker is for `platform = "linux || darwin"`, an older form of markers.
func platformMarker(text string) markerExpr {
	if text == "" || text == "*" {
		return markerExpr{}
	}
	var platforms []markerExpr
	for _, part := range alternatives.Split(text, -1) {
		name := strings.TrimLeft(strings.TrimSpace(part), "=! ")
		operator := "=="
		if strings.HasPrefix(strings.TrimSpace(part), "!") {
			operator = "!="
		}
		platforms = append(platforms, atom("sys_platform", operator, quote(name)))
	}
	return anyOf(platforms...)
}
