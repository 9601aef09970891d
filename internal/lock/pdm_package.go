package lock

import (
	"fmt"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// pdmReader makes packages in the shape of PEP 751 of those of pdm.lock.
type pdmReader struct {
	file     string
	dir      string // that paths are relative to
	markers  markers
	problems *problems
}

// read gives nil for a package that no target needs.
func (r *pdmReader) read(p *pdmPackage, line int, m markerExpr) *Package {
	if m.constant(false) {
		return nil
	}
	pkg := &Package{Name: wheel.NormalName(p.Name), Version: p.Version, File: r.file, Line: line}
	r.markers.describe(pkg, m, r.problems)
	requirePython(pkg, p.RequiresPython, "a requires_python that is none", r.problems)
	address := strings.TrimPrefix(p.URL, "file:///${PROJECT_ROOT}/")
	switch {
	case p.vcs() != "":
		pkg.VCS = &VCS{
			Type: p.vcs(), URL: strings.TrimPrefix(p.Git+p.Hg+p.Svn+p.Bzr, "git+"), Commit: p.Revision,
			Requested: p.Ref, Subdirectory: p.Subdirectory,
		}
	case p.Path != "" || address != p.URL:
		r.addPath(pkg, p, p.Path+address)
	case p.URL != "":
		pkg.Archive = &File{Name: baseName(p.URL), URL: withoutFragment(p.URL), Subdirectory: p.Subdirectory}
		pkg.Archive.setHashOf(p.Files)
	default:
		for _, file := range p.Files {
			pkg.addFile(file.lockedFile())
		}
	}
	return pkg
}

// addPath takes a file or a folder of the context.
func (r *pdmReader) addPath(pkg *Package, p *pdmPackage, name string) {
	name = resolve(r.dir, name)
	archive := &File{Name: path.Base(name), Path: name, Subdirectory: p.Subdirectory}
	if !archive.isWheel() && !archive.isArchive() {
		pkg.Directory = &Directory{Path: path.Join(name, p.Subdirectory)}
		return
	}
	pkg.Archive = archive
	archive.setHashOf(p.Files)
}

func (p *pdmPackage) vcs() string {
	switch {
	case p.Git != "":
		return "git"
	case p.Hg != "":
		return "hg"
	case p.Svn != "":
		return "svn"
	case p.Bzr != "":
		return "bzr"
	}
	return ""
}

func (f pdmFile) lockedFile() File {
	file := File{Name: f.File, URL: withoutFragment(f.URL)}
	if file.Name == "" {
		file.Name = baseName(f.URL)
	}
	algorithm, hex, _ := strings.Cut(f.Hash, ":")
	file.setHash(algorithm, hex)
	return file
}

// setHashOf takes the hash of the one file that a package is.
func (f *File) setHashOf(files []pdmFile) {
	for _, file := range files {
		if found := file.lockedFile(); found.Name == f.Name {
			f.SHA256, f.weaker = found.SHA256, found.weaker
		}
	}
}

// trace gives the markers of packages that have none.
func (p *pdmLock) trace(merged []*pdmMerged, project *pdmProject) ([]markerExpr, error) {
	roots, err := project.roots()
	if err != nil {
		return nil, err
	}
	var packages []tracePackage
	for _, m := range merged {
		t := tracePackage{title: m.title(), name: wheel.NormalName(m.Name), version: m.Version, kind: m.kind()}
		if t.python, err = parseConstraint(m.RequiresPython); err != nil {
			return nil, fmt.Errorf("%s: requires_python: %w", m.title(), err)
		}
		t.needs = func(extra string) ([]dependency, error) { return project.dependencies(m.needs(extra)) }
		packages = append(packages, t)
	}
	return traceMarkers(packages, roots, project.name, pdmMend)
}

func (p *pdmPackage) kind() string {
	switch {
	case p.vcs() != "":
		return p.vcs()
	case p.Path != "" || strings.HasPrefix(p.URL, "file:"):
		return "directory" // or a file: requirements do not tell them apart
	case p.URL != "":
		return "url"
	}
	return ""
}

// needs are the dependencies of a package, with an extra or with none.
func (m *pdmMerged) needs(extra string) []string {
	if extra == "" {
		return m.Dependencies
	}
	var all []string
	for _, p := range m.extras {
		for _, e := range p.Extras {
			if wheel.NormalName(e) == extra {
				all = append(all, p.Dependencies...)
			}
		}
	}
	return all
}
