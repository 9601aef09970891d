package lock

import (
	"strings"
)

// dependency is one of the project, or of a package of its lock.
type dependency struct {
	name     string // normalised
	versions constraint
	kind     string // git, url, file or directory (path may be both), else empty
	source   string // name of the index that it has to come from, or empty
	extras   []string
	optional bool
	marker   markerExpr
}

// installs tells whether a package of its name is one that the dependency may be.
func (d dependency) installs(p tracePackage) bool {
	switch {
	case d.kind == "path":
		return p.kind == "file" || p.kind == "directory"
	case d.kind != "":
		return p.kind == d.kind
	case d.source != "" && p.kind == "" && d.source != p.source:
		return false
	}
	return d.versions.allows(p.version)
}

// readDependency reads a dependency in the form of PEP 508.
func readDependency(text string) (d dependency, err error) {
	r := parseRequirement(text)
	d.name, d.extras = r.name, r.extras
	rest := strings.TrimSpace(text[len(nameAndExtras.FindString(text)):])
	specifier, marker, _ := strings.Cut(rest, ";")
	if address, ok := strings.CutPrefix(rest, "@"); ok {
		address = strings.TrimSpace(address)
		d.kind = kindOf(address)
		specifier = ""
		_, marker, _ = strings.Cut(address, " ;") // a URL may have semicolons
	}
	if d.marker, err = parseMarkerExpr(marker); err != nil {
		return d, err
	}
	d.versions, err = parseConstraint(strings.Trim(strings.TrimSpace(specifier), "()"))
	return d, err
}

// kindOf tells what the URL of a requirement names.
func kindOf(address string) string {
	switch {
	case strings.HasPrefix(address, "git+"):
		return "git"
	case strings.HasPrefix(address, "file:"):
		return "path"
	}
	return "url"
}

// describe gives a package its marker. A package has a name.
func (m markers) describe(pkg *Package, expr markerExpr, problems *problems) {
	if pkg.Name == "" {
		problems.at(pkg, "a package without a name")
	}
	var err error
	if pkg.Marker, err = m.parse(expr.String()); err != nil {
		problems.at(pkg, "%s has a marker that is none: %s", pkg.title(), err)
	}
}

// requirePython gives a package the versions of Python that it is for, by a constraint
// of the lock's. What says what is wrong with one that is none.
func requirePython(pkg *Package, text, what string, problems *problems) {
	python, err := parseConstraint(text)
	if err != nil {
		problems.at(pkg, "%s has %s: %s", pkg.title(), what, err)
	}
	pkg.RequiresPython = python.specifier()
}
