package lock

import (
	"fmt"
	"slices"

	"github.com/keelback/keelback/internal/wheel"
)

// trace gives the markers of packages that have none, up to lock version 2.0.
func (p *poetryLock) trace(project *poetryProject) ([]markerExpr, error) {
	roots, err := project.roots(p.Extras)
	if err != nil {
		return nil, err
	}
	var packages []tracePackage
	for _, pkg := range p.Package {
		w := tracePackage{title: pkg.title(), name: wheel.NormalName(pkg.Name), version: pkg.Version, needs: pkg.needs}
		if w.python, err = parseConstraint(pkg.PythonVersions); err != nil {
			return nil, fmt.Errorf("%s: %w", pkg.title(), err)
		}
		switch pkg.Source.Type {
		case "":
			w.source = "pypi"
		case "legacy":
			w.source = pkg.Source.Reference
		default:
			w.kind = pkg.Source.Type
		}
		packages = append(packages, w)
	}
	self, _ := project.table("tool", "poetry")["name"].(string)
	markers, err := traceMarkers(packages, roots, wheel.NormalName(self), poetryMend)
	for i := range markers {
		own, err := parseMarkerExpr(p.Package[i].Marker)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Package[i].title(), err)
		}
		markers[i] = allOf(markers[i], own)
	}
	return markers, err
}

// needs are the dependencies of the package with one of its extras, or with none.
func (p *poetryPackage) needs(extra string) ([]dependency, error) {
	all, err := parseDependencies(p.Dependencies)
	if err != nil {
		return nil, err
	}
	var needs []dependency
	for _, d := range all {
		if d.optional && !p.extraHas(extra, d.name) {
			continue
		}
		d.marker, err = d.marker.replaceExtras(func(name string) markerExpr { return markerExpr{any: name != extra} })
		if err != nil {
			return nil, fmt.Errorf("dependency %s: %w", d.name, err)
		}
		needs = append(needs, d)
	}
	return needs, nil
}

// extraHas tells whether an extra of the package has a dependency.
func (p *poetryPackage) extraHas(extra, name string) bool {
	for key, requirements := range p.Extras {
		if wheel.NormalName(key) == extra && slices.ContainsFunc(requirements, func(r string) bool { return requirementName(r) == name }) {
			return true
		}
	}
	return false
}
