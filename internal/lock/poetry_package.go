package lock

import (
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// poetryReader makes packages in the shape of PEP 751 of those of poetry.lock.
type poetryReader struct {
	lock     *poetryLock
	file     string
	dir      string // that paths are relative to
	markers  markers
	problems *problems
}

// read gives nil for a package that no target needs.
func (r *poetryReader) read(p *poetryPackage, line int, m markerExpr) *Package {
	if m.constant(false) {
		return nil
	}
	pkg := &Package{Name: wheel.NormalName(p.Name), Version: p.Version, File: r.file, Line: line}
	r.markers.describe(pkg, m, r.problems)
	requirePython(pkg, p.PythonVersions, "python-versions that are none", r.problems)
	switch s := p.Source; s.Type {
	case "", "legacy", "pypi":
		pkg.Index = s.URL
		r.addFiles(pkg, p)
	case "git":
		pkg.VCS = &VCS{Type: s.Type, URL: s.URL, Commit: s.ResolvedReference, Requested: s.Reference, Subdirectory: s.Subdirectory}
	case "url":
		pkg.Archive = &File{Name: baseName(s.URL), URL: withoutFragment(s.URL), Subdirectory: s.Subdirectory}
		r.setHash(pkg.Archive, p)
	case "file":
		pkg.Archive = &File{Name: path.Base(s.URL), Path: resolve(r.dir, s.URL), Subdirectory: s.Subdirectory}
		r.setHash(pkg.Archive, p)
	case "directory":
		pkg.Directory = &Directory{Path: path.Join(resolve(r.dir, s.URL), s.Subdirectory)}
	default:
		r.problems.at(pkg, "%s has a source of the type %q (legacy, git, url, file and directory are read)", pkg.title(), s.Type)
		return nil
	}
	return pkg
}

// setHash takes the hash of the one file that a package is.
func (r *poetryReader) setHash(f *File, p *poetryPackage) {
	for _, file := range r.files(p) {
		if file.File == f.Name {
			algorithm, hex, _ := strings.Cut(file.Hash, ":")
			f.setHash(algorithm, hex)
		}
	}
}

// addFiles takes the files of an index.
func (r *poetryReader) addFiles(pkg *Package, p *poetryPackage) {
	for _, hash := range r.lock.Metadata.Hashes[p.Name] {
		pkg.Hashes = append(pkg.Hashes, strings.ToLower(hash))
	}
	for _, file := range r.files(p) {
		f := File{Name: file.File}
		algorithm, hex, _ := strings.Cut(file.Hash, ":")
		f.setHash(algorithm, hex)
		pkg.addFile(f)
	}
}

// addFile adds a file of an index. What can be installed of them are wheels and source
// archives; there were others once.
func (p *Package) addFile(f File) {
	switch {
	case f.isWheel():
		p.Wheels = append(p.Wheels, f)
	case strings.HasSuffix(f.Name, ".tar.gz") || p.Sdist == nil && f.isArchive():
		p.Sdist = &f
	}
}

// files are those of a package. Up to lock version 1.1 a name has one list for all of
// its versions.
func (r *poetryReader) files(p *poetryPackage) []poetryFile {
	all := r.lock.Metadata.Files[p.Name]
	versions := func(q *poetryPackage) bool { return q.Name == p.Name && q.Version != p.Version }
	if p.Files != nil {
		return p.Files
	} else if !slices.ContainsFunc(r.lock.Package, versions) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(f poetryFile) bool { return !p.hasFile(f.File) })
}

// hasFile tells whether a file of the package's name has its version.
func (p *poetryPackage) hasFile(name string) bool {
	if n, err := wheel.ParseName(name); err == nil {
		return wheel.CompareVersions(n.Version, p.Version) == 0
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(name, path.Ext(name)), ".tar")
	for i, c := range stem {
		if c == '-' && wheel.NormalName(stem[:i]) == wheel.NormalName(p.Name) {
			return wheel.CompareVersions(stem[i+1:], p.Version) == 0
		}
	}
	return false
}

// resolve is a path in the context, of one that is relative to a folder of it. One
// that is absolute stays so: it is not in the context.
func resolve(dir, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(dir, name)
}
