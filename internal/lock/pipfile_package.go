package lock

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// pipfileReader makes packages in the shape of PEP 751 of those of Pipfile.lock.
type pipfileReader struct {
	*locked
	dir     string // that paths are relative to
	markers markers
	sources []pipfileSource
}

// pipfileUnnamed is the key of a package whose name pipenv did not know.
var pipfileUnnamed = regexp.MustCompile(`^e?[0-9a-f]{7}$`)

// read gives nil for a package that is not there, with the reason among the problems,
// or because no image needs it.
func (r *pipfileReader) read(p pipfilePackage) *Package {
	pkg := &Package{Name: wheel.NormalName(p.name), Version: strings.TrimLeft(p.Version, "= "), File: r.Path, Line: p.line}
	r.Names = append(r.Names, pkg.Name)
	if pipfileUnnamed.MatchString(p.name) && p.Path != "" {
		pkg.Name = ""
	}
	marker, err := parseMarkerExpr(p.Markers)
	if err == nil {
		pkg.Marker, err = r.markers.parse(allOf(pipfileMarker(p.category), marker).String())
	}
	if err != nil {
		r.problems.at(pkg, "%s has a marker that is none: %s", pkg.title(), err)
		return nil
	}
	pkg.Index = r.index(pkg, p.Index)
	hashes, weaker := p.sha256()
	switch {
	case p.Git+p.Hg+p.Svn+p.Bzr != "":
		pkg.Version, pkg.VCS = "", p.vcs()
	case p.Path != "" && !strings.Contains(p.Path, "://"):
		r.addPath(pkg, p, hashes)
	case p.File+p.URL+p.Path != "":
		address := p.File + p.URL + p.Path
		pkg.Archive = &File{Name: baseName(address), URL: withoutFragment(address), Subdirectory: p.Subdirectory, weaker: weaker}
		pkg.Archive.setOnly(hashes)
	case len(hashes) > 0 && pkg.Version != "*" && pkg.Version != "":
		pkg.Hashes = hashes
	case len(p.Hashes) == 0 && !onLinux(marker):
		return nil // pipenv locks for its own platform, and only mentions others
	case weaker != "":
		r.problems.at(pkg, "%s has no sha256 hash, only %s (%s)", pkg.title(), weaker, pipfileMend)
		return nil
	case pkg.Version != "*" && pkg.Version != "":
		r.problems.at(pkg, "%s has no hash (%s)", pkg.title(), pipfileMend)
		return nil
	default:
		r.problems.at(pkg, "%s has no version (%s on Linux, and markers in the Pipfile for what only other systems need)", pkg.Name, pipfileMend)
		return nil
	}
	if pkg.Archive != nil && len(hashes) > 1 {
		r.problems.at(pkg, "%s is one file with %d hashes (in the Pipfile its version, from an index, instead)", pkg.Name, len(hashes))
		return nil
	}
	return pkg
}

// pipfileMarker holds where a category is installed.
func pipfileMarker(category string) markerExpr {
	groups := pipfileGroups(category)
	if len(groups) == 0 {
		return markerExpr{}
	}
	var any []markerExpr
	for _, g := range groups {
		any = append(any, named(g, "dependency_groups"))
	}
	return anyOf(any...)
}

// index is the URL of a source; the first one is that of the whole lock.
func (r *pipfileReader) index(pkg *Package, name string) string {
	at := slices.IndexFunc(r.sources, func(s pipfileSource) bool { return s.Name == name })
	switch {
	case name == "" || at == 0:
		return ""
	case at < 0:
		r.problems.at(pkg, "%s comes from the index %q, which is not among the sources (%s)", pkg.title(), name, pipfileMend)
		return ""
	}
	return withoutPlaceholders(r.sources[at].URL)
}

// sha256 are the hashes that can be held against what is downloaded; weaker is the
// algorithm of another one.
func (p *pipfileEntry) sha256() (hashes []string, weaker string) {
	for _, h := range p.Hashes {
		var f File
		algorithm, hex, _ := strings.Cut(h, ":")
		if f.setHash(algorithm, hex); f.SHA256 != "" {
			hashes = append(hashes, f.SHA256)
		} else {
			weaker = algorithm
		}
	}
	return sorted(hashes), weaker
}

// setOnly takes the hash of a file, when there is one and no other.
func (f *File) setOnly(hashes []string) {
	if len(hashes) == 1 {
		f.setHash("sha256", hashes[0])
	}
}

func (p *pipfileEntry) vcs() *VCS {
	v := &VCS{Type: "git", URL: p.Git, Commit: p.Ref, Subdirectory: p.Subdirectory}
	switch {
	case p.Hg != "":
		v.Type, v.URL = "hg", p.Hg
	case p.Svn != "":
		v.Type, v.URL = "svn", p.Svn
	case p.Bzr != "":
		v.Type, v.URL = "bzr", p.Bzr
	}
	v.URL = strings.TrimPrefix(v.URL, v.Type+"+")
	return v
}

// addPath takes a file or a folder of the context.
func (r *pipfileReader) addPath(pkg *Package, p pipfilePackage, hashes []string) {
	name := resolve(r.dir, p.Path)
	archive := &File{Name: path.Base(name), Path: name, Subdirectory: p.Subdirectory}
	if !archive.isArchive() {
		pkg.Version, pkg.Directory = "", &Directory{Path: path.Join(name, p.Subdirectory)}
		return
	}
	archive.setOnly(hashes)
	pkg.Archive = archive
}

// onLinux tells whether a marker may hold in an image.
func onLinux(m markerExpr) bool {
	marker, err := wheel.ParseMarker(m.String())
	for minor := spec.OldestPython; minor <= spec.NewestPython; minor++ {
		for _, python := range releasesOf(minor) {
			for _, machine := range []string{"x86_64", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"} {
				if err != nil || marker.Match(wheel.Target{Python: python, Machine: machine}.Environment()) {
					return true
				}
			}
		}
	}
	return false
}
