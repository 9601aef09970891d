package lock

import (
	"fmt"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// pylock is pylock.toml (PEP 751), but for what only tells people where it comes
// from, and the dependencies, which must not be used for installing.
type pylock struct {
	LockVersion    string   `toml:"lock-version"`
	Environments   []string `toml:"environments"`
	RequiresPython string   `toml:"requires-python"`
	Extras         []string `toml:"extras"`
	Groups         []string `toml:"dependency-groups"`
	DefaultGroups  []string `toml:"default-groups"`
	Packages       []*pylockPackage
}

type pylockPackage struct {
	Name, Version, Marker, Index string
	RequiresPython               string `toml:"requires-python"`
	VCS                          *pylockVCS
	Directory                    *struct{ Path, Subdirectory string }
	Archive                      *pylockFile
	Sdist                        *pylockFile
	Wheels                       []pylockFile
}

type pylockVCS struct {
	Type, URL, Path, Subdirectory string
	Requested                     string `toml:"requested-revision"`
	Commit                        string `toml:"commit-id"`
}

type pylockFile struct {
	Name, URL, Path, Subdirectory string
	Size                          int64
	Hashes                        pylockHashes
}

// pylockHashes are those of one file. Locks have tens of thousands of files: a map
// for each would take more time than all else.
type pylockHashes struct{ SHA256, SHA512, SHA384, SHA224, SHA1, MD5, BLAKE2b string }

// weaker is the first algorithm that is given but for sha256, or empty.
func (h pylockHashes) weaker() (algorithm, hex string) {
	for _, other := range [][2]string{{"sha512", h.SHA512}, {"sha384", h.SHA384}, {"sha224", h.SHA224}, {"sha1", h.SHA1}, {"md5", h.MD5}, {"blake2b", h.BLAKE2b}} {
		if other[1] != "" {
			return other[0], other[1]
		}
	}
	return "", ""
}

// readPylock reads the lock of a project.
func readPylock(f *found, l *locked) error {
	list, err := parsePylock(f.lock, f.dir, f.files[f.lock], &l.problems)
	if err != nil {
		return err
	}
	l.list = *list
	return nil
}

// parsePylock reads a pylock.toml whose paths are relative to dir. The error is of a
// file that is none; it has the place.
func parsePylock(file, dir string, data []byte, problems *problems) (*list, error) {
	var doc pylock
	if err := unmarshal(file, data, &doc); err != nil {
		return nil, err
	}
	if doc.LockVersion != "1" && !strings.HasPrefix(doc.LockVersion, "1.") {
		return nil, fmt.Errorf("%s: lock-version %q (1.0 is read)", file, doc.LockVersion)
	}
	l := &list{
		extras: set(doc.Extras), groups: set(append(doc.Groups, doc.DefaultGroups...)),
		defaults: normalizeAll(doc.DefaultGroups), requiresPython: doc.RequiresPython,
	}
	r := pylockReader{file: file, dir: dir, problems: problems, markers: markers{}}
	for _, text := range doc.Environments {
		m, err := r.markers.parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: environments: %w", file, err)
		}
		l.environments = append(l.environments, m)
	}
	lines := headerLines(data, "packages")
	for i, p := range doc.Packages {
		if line := lineOf(lines, i); p.Name == "" {
			problems.addf(file, line, lockKey, "a package without a name")
		} else {
			l.packages = append(l.packages, r.read(p, line))
		}
	}
	return l, nil
}

type pylockReader struct {
	file, dir string
	problems  *problems
	markers   markers
}

func (r *pylockReader) read(p *pylockPackage, line int) *Package {
	pkg := &Package{
		Name: wheel.NormalName(p.Name), Version: p.Version, RequiresPython: p.RequiresPython,
		File: r.file, Line: line, Index: p.Index,
	}
	var err error
	if pkg.Marker, err = r.markers.parse(p.Marker); err != nil {
		r.problems.at(pkg, "%s has a marker that is none: %s", pkg.title(), err)
	}
	kinds := 0
	if p.VCS != nil {
		kinds++
		pkg.VCS = r.vcs(p.VCS)
	}
	if p.Directory != nil {
		kinds++
		pkg.Directory = &Directory{Path: path.Join(r.resolve(p.Directory.Path), p.Directory.Subdirectory)}
	}
	if p.Archive != nil {
		kinds++
		pkg.Archive = r.archive(p.Archive)
	}
	if p.Sdist != nil || len(p.Wheels) > 0 {
		kinds++
		if p.Sdist != nil {
			pkg.Sdist = r.archive(p.Sdist)
		}
		for i := range p.Wheels {
			pkg.Wheels = append(pkg.Wheels, *r.archive(&p.Wheels[i]))
		}
	}
	for _, f := range pkg.files() {
		if f.URL == "" && f.Path == "" {
			r.problems.at(pkg, "%s has a file without url and path (PEP 751 wants one)", pkg.title())
			break
		}
	}
	if kinds > 1 {
		r.problems.at(pkg, "%s has more than one of vcs, directory, archive and files (PEP 751 wants one)", pkg.title())
	}
	return pkg
}

func (r *pylockReader) vcs(v *pylockVCS) *VCS {
	address := v.URL
	if address == "" {
		address = "file:" + v.Path // refused, as all but https
	}
	return &VCS{Type: v.Type, URL: withoutFragment(address), Commit: v.Commit, Requested: v.Requested, Subdirectory: v.Subdirectory}
}

// archive reads a file. A name that is given comes before that in the URL.
func (r *pylockReader) archive(p *pylockFile) *File {
	f := &File{Name: p.Name, Size: p.Size, Subdirectory: p.Subdirectory}
	switch {
	case p.Path != "":
		f.Path = r.resolve(p.Path)
	default:
		f.URL = withoutFragment(p.URL)
	}
	if f.Name == "" {
		f.Name = baseName(f.Path + f.URL)
	}
	if f.setHash("sha256", p.Hashes.SHA256); f.SHA256 == "" {
		f.setHash(p.Hashes.weaker())
	}
	return f
}

// resolve is a path in the context, of one that is relative to the lock.
func (r *pylockReader) resolve(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(r.dir, name)
}

// markers are those that were parsed, by their text: locks repeat them.
type markers map[string]*wheel.Marker

func (m markers) parse(text string) (*wheel.Marker, error) {
	if parsed, ok := m[text]; ok {
		return parsed, nil
	}
	parsed, err := wheel.ParseMarker(text)
	if err == nil {
		m[text] = parsed
	}
	return parsed, err
}

func set(names []string) map[string]bool {
	all := map[string]bool{}
	for _, n := range names {
		all[wheel.NormalName(n)] = true
	}
	return all
}
