package lock

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// uvLock is what matters here of uv.lock, version 1 of its format. Later revisions
// only add keys.
type uvLock struct {
	Version           int
	RequiresPython    string   `toml:"requires-python"`
	ResolutionMarkers []string `toml:"resolution-markers"`
	SupportedMarkers  []string `toml:"supported-markers"`
	Conflicts         [][]uvConflict
	Manifest          struct {
		Members []string
	}
	Package []*uvPackage
}

// uvConflict is one of several things that are not installed together: an extra or a
// group of a package, or with neither the package itself.
type uvConflict struct{ Package, Extra, Group string }

type uvPackage struct {
	Name     string
	Version  string
	Source   uvSource
	Sdist    *uvFile
	Wheels   []uvFile
	Needs    []uvEdge            `toml:"dependencies"`
	Extras   map[string][]uvEdge `toml:"optional-dependencies"`
	Groups   map[string][]uvEdge `toml:"dev-dependencies"`
	Metadata uvMetadata

	// Alias is another name of Groups, which uv reads too.
	Alias map[string][]uvEdge `toml:"dependency-groups"`

	line int // of its header in the lock
}

type uvSource struct {
	Registry, Git, URL, Path, Directory, Editable, Virtual, Subdirectory string
}

// local is the folder of a project in the context; ok is false for other sources.
func (s uvSource) local() (dir string, ok bool) {
	for _, dir := range []string{s.Editable, s.Directory, s.Virtual} {
		if dir != "" {
			return dir, true
		}
	}
	return "", false
}

type uvFile struct {
	URL, Path, Filename, Hash string
	Size                      int64
}

type uvEdge struct {
	Name, Version, Marker string
	Source                uvSource
	Extra                 []string

	marker *wheel.Marker
}

func readUV(s *spec.Spec, f *found, l *locked) error {
	u, err := parseUV(f.lock, f.files[f.lock])
	if err != nil {
		return err
	}
	if f.project == nil {
		return fmt.Errorf("no %s beside %s, which belongs to it", f.path(pyprojectFile), l.Path)
	}
	root := u.root()
	if root == nil {
		return u.noRoot(l.Path, f)
	}
	l.mend = "uv lock"
	l.requiresPython = u.RequiresPython
	l.extras = names(root.Extras, root.Metadata.Extras)
	l.groups = names(root.Groups, slices.Collect(maps.Keys(root.Metadata.RequiresDev)))
	if err := l.setGraph(u, root, f.dir); err != nil {
		return err
	}
	if problem := u.stale(s, l.Path, root, f); problem != "" {
		l.problems.addf("", 0, lockKey, "%s", problem)
	}
	needed := u.needed(root, s.Dependencies.Extras, s.Dependencies.Groups)
	l.buildGroup = u.walk(root.Groups[buildGroup]).names()
	for _, p := range u.Package {
		if _, ok := p.Source.local(); !ok || slices.Contains(needed.packages, p) {
			l.packages = append(l.packages, l.graph.packages[p])
		}
	}
	for _, p := range needed.packages {
		if needed.certain[p] {
			l.always = append(l.always, l.graph.packages[p])
		}
	}
	for _, p := range needed.packages {
		if d := l.graph.packages[p].Directory; d != nil && p.Source.Virtual == "" {
			l.members = append(l.members, d.Path)
		}
	}
	l.Manifests = append(l.Manifests, f.path(pyprojectFile))
	return nil
}

// names are those of extras or groups, with those that add nothing.
func names(edges map[string][]uvEdge, empty []string) map[string]bool {
	return set(slices.AppendSeq(slices.Clone(empty), maps.Keys(edges)))
}

func parseUV(name string, data []byte) (*uvLock, error) {
	var u uvLock
	if err := unmarshal(name, data, &u); err != nil {
		return nil, err
	}
	if u.Version != 1 {
		return nil, fmt.Errorf("%s: version %d of the format (1 is read; update keelback, or lock with another uv)", name, u.Version)
	}
	lines := headerLines(data, "package")
	for i, p := range u.Package {
		p.line = lineOf(lines, i)
		if p.Groups == nil {
			p.Groups = p.Alias
		}
	}
	return &u, nil
}

// root is the package of the project that the lock lies beside.
func (u *uvLock) root() *uvPackage {
	for _, p := range u.Package {
		if dir, ok := p.Source.local(); ok && dir == "." {
			return p
		}
	}
	return nil
}

// noRoot tells why nothing in the lock is the service.
func (u *uvLock) noRoot(lock string, f *found) error {
	if f.project.Project.Name != "" || f.project.Tool.UV.Workspace == nil {
		return fmt.Errorf("%s has no package for the project itself (uv lock)", lock)
	}
	example := "NAME"
	if len(u.Manifest.Members) > 0 {
		example = u.Manifest.Members[0]
	}
	return fmt.Errorf("%s is of a workspace whose root is no project: it does not say which member the service is "+
		"(uv export --package %s --no-default-groups --output-file requirements.txt, and dependencies: {lock: requirements.txt})", lock, example)
}

// entry gives a package in the shape of PEP 751. Markers are on the edges that lead
// to it.
func (p *uvPackage) entry(lock, dir string) *Package {
	pkg := &Package{Name: p.Name, Version: p.Version, File: lock, Line: p.line}
	switch source := p.Source; {
	case source.Git != "":
		pkg.VCS = uvGit(source.Git)
	case source.URL != "":
		pkg.Archive = p.archive()
		pkg.Archive.URL, pkg.Archive.Name = withoutFragment(source.URL), baseName(source.URL)
	case source.Path != "":
		pkg.Archive = p.archive()
		pkg.Archive.Path, pkg.Archive.Name = path.Join(dir, source.Path), path.Base(source.Path)
		if path.IsAbs(source.Path) {
			pkg.Archive.Path = source.Path
		}
	case source.Registry != "":
		p.files(pkg, dir)
	default:
		local, _ := source.local()
		pkg.Directory = &Directory{Path: path.Join(dir, local)}
		if path.IsAbs(local) {
			pkg.Directory.Path = local
		}
	}
	return pkg
}

// archive is the file that the source of the package names, with the one hash that
// the lock has of it.
func (p *uvPackage) archive() *File {
	f := &File{Subdirectory: p.Source.Subdirectory}
	files := p.Wheels
	if p.Sdist != nil {
		files = append(files[:len(files):len(files)], *p.Sdist)
	}
	for _, w := range files[:min(1, len(files))] {
		algorithm, hex, _ := strings.Cut(w.Hash, ":")
		f.setHash(algorithm, hex)
		f.Size = w.Size
	}
	return f
}

// files adds those of an index. Of an index that is a folder the paths are relative
// to it.
func (p *uvPackage) files(pkg *Package, dir string) {
	folder := ""
	if strings.Contains(p.Source.Registry, "://") {
		pkg.Index = p.Source.Registry
	} else {
		folder = path.Join(dir, p.Source.Registry)
		if path.IsAbs(p.Source.Registry) {
			folder = p.Source.Registry
		}
	}
	file := func(w uvFile) File {
		f := File{Name: w.Filename, Size: w.Size, URL: withoutFragment(w.URL)}
		if w.Path != "" {
			f.Path = path.Join(folder, w.Path)
		}
		if f.Name == "" {
			f.Name = baseName(f.URL + f.Path)
		}
		algorithm, hex, _ := strings.Cut(w.Hash, ":")
		f.setHash(algorithm, hex)
		return f
	}
	for _, w := range p.Wheels {
		pkg.Wheels = append(pkg.Wheels, file(w))
	}
	if p.Sdist != nil {
		sdist := file(*p.Sdist)
		pkg.Sdist = &sdist
	}
}

// uvGit is a repository as uv.lock writes it:
// URL?rev=REVISION&subdirectory=FOLDER#COMMIT.
func uvGit(source string) *VCS {
	address, commit, _ := strings.Cut(source, "#")
	address, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		values = url.Values{}
	}
	v := &VCS{Type: "git", URL: address, Commit: commit, Subdirectory: values.Get("subdirectory")}
	for _, key := range []string{"rev", "tag", "branch"} {
		if value := values.Get(key); value != "" {
			v.Requested = value
		}
	}
	return v
}

func inContext(name string) bool {
	return !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../")
}
