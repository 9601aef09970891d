package lock

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/internal/wheel"
)

// poetryLock is what matters here of poetry.lock, of which there is no specification:
// its writer is poetry/packages/locker.py.
type poetryLock struct {
	Package  []*poetryPackage
	Extras   map[string][]string // names of packages
	Metadata struct {
		LockVersion    string `toml:"lock-version"`
		PythonVersions string `toml:"python-versions"`
		ContentHash    string `toml:"content-hash"`

		// Files and Hashes are by name, for all versions of it: up to Poetry 1.2 and
		// 0.12.
		Files  map[string][]poetryFile
		Hashes map[string][]string
	}

	file   string
	writer string // version of Poetry, where the lock says it
}

type poetryPackage struct {
	Name, Version  string
	PythonVersions string `toml:"python-versions"`

	// Groups that the package is in, and its markers: a text, or one for each group
	// that needs one. Both since lock version 2.1.
	Groups  []string
	Markers any

	// Marker is there in lock version 1.0, where the markers of dependencies may be
	// missing.
	Marker string

	Files  []poetryFile
	Source poetrySource

	// Dependencies by name: see parseDependencies. Extras are of the package, as
	// requirements of PEP 508.
	Dependencies map[string]any
	Extras       map[string][]string

	place string // LOCK:LINE
}

type poetryFile struct{ File, Hash string }

// poetrySource says where a package comes from. Type is empty for the default index,
// else legacy (an index), git, url, file or directory.
type poetrySource struct {
	Type, URL, Reference, Subdirectory string

	ResolvedReference string `toml:"resolved_reference"`
}

// poetryMend makes poetry.lock anew.
const poetryMend = "poetry lock"

// readPoetry reads poetry.lock. Since version 2.1 its packages say in which groups and
// where they are installed; up to 2.0 that takes the project's own dependencies.
func readPoetry(f *found, l *locked) error {
	p, err := parsePoetry(f.lock, f.files[f.lock])
	if err != nil {
		return err
	}
	project, err := readPoetryProject(f)
	if err != nil {
		return err
	}
	if l.requiresPython, err = p.requiresPython(); err != nil {
		return fmt.Errorf("%s: python-versions: %w", f.lock, err)
	}
	l.mend, l.extras, l.groups = poetryMend, set(slices.Collect(maps.Keys(p.Extras))), p.groups(project)
	if p.stale(project) {
		l.problems.addf(f.lock, 0, lockKey, "it was made before %s changed (%s)", project.file, poetryMend)
	}
	lines := headerLines(f.files[f.lock], "package")
	for i, pkg := range p.Package {
		pkg.place = fmt.Sprintf("%s:%d", f.lock, lineOf(lines, i))
		l.Names = append(l.Names, wheel.NormalName(pkg.Name)) // also of those that no target needs
	}
	markers, err := p.markers(project)
	if err != nil {
		return err
	}
	if !p.hasGroups() {
		l.Manifests = append(l.Manifests, project.file)
	}
	r := poetryReader{lock: p, file: f.lock, dir: f.dir, markers: map[string]*wheel.Marker{}, problems: &l.problems}
	for i, pkg := range p.Package {
		if pkg := r.read(pkg, lineOf(lines, i), markers[i]); pkg != nil {
			l.packages = append(l.packages, pkg)
		}
	}
	return nil
}

var poetryWriter = regexp.MustCompile(`^#[^\n]* by Poetry ([0-9.]+)`)

func parsePoetry(name string, data []byte) (*poetryLock, error) {
	p := poetryLock{file: name}
	if err := toml.Unmarshal(data, &p); err != nil {
		return nil, tomlError(name, err)
	}
	if p.Metadata.PythonVersions == "" {
		return nil, fmt.Errorf("%s: no python-versions in [metadata] (%s)", name, poetryMend)
	}
	if p.Metadata.LockVersion == "" {
		p.Metadata.LockVersion = "1.0" // which Poetry 1.0 did not write
	}
	if major, _, _ := strings.Cut(p.Metadata.LockVersion, "."); major != "1" && major != "2" {
		return nil, fmt.Errorf("%s: lock-version %q (1.0 to 2.1 are read)", name, p.Metadata.LockVersion)
	}
	if m := poetryWriter.FindSubmatch(data); m != nil {
		p.writer = string(m[1])
	}
	return &p, nil
}

func (p *poetryLock) requiresPython() (string, error) {
	python, err := parseConstraint(p.Metadata.PythonVersions)
	return python.specifier(), err
}

// hasGroups tells of locks whose packages have groups and markers.
func (p *poetryLock) hasGroups() bool {
	return wheel.CompareVersions(p.Metadata.LockVersion, "2.1") >= 0
}

// groups are the names of all groups but the main one, which is always installed.
func (p *poetryLock) groups(project *poetryProject) map[string]bool {
	all := map[string]bool{}
	for _, pkg := range p.Package {
		for _, g := range pkg.Groups {
			all[wheel.NormalName(g)] = true
		}
	}
	if project != nil {
		maps.Copy(all, set(project.groupNames()))
	}
	delete(all, mainGroup)
	return all
}

// mainGroup is what Poetry calls the dependencies that are in no other group.
const mainGroup = "main"

// markers say where each package is installed.
func (p *poetryLock) markers(project *poetryProject) ([]markerExpr, error) {
	if p.hasGroups() {
		return p.listed()
	}
	if project == nil {
		return nil, fmt.Errorf("%s: lock-version %s says nothing about groups, and no %s beside it does (%s with Poetry 2)",
			p.file, p.Metadata.LockVersion, pyprojectFile, poetryMend)
	}
	return p.trace(project)
}

// listed takes the markers that the packages have (lock version 2.1).
func (p *poetryLock) listed() ([]markerExpr, error) {
	markers := make([]markerExpr, len(p.Package))
	for i, pkg := range p.Package {
		var err error
		if markers[i], err = pkg.listed(); err != nil {
			return nil, err
		}
	}
	return markers, nil
}

// title names the package in messages, with its place.
func (p *poetryPackage) title() string { return p.place + ": " + p.Name + " " + p.Version }

// listed holds where one of the package's groups has it.
func (p *poetryPackage) listed() (markerExpr, error) {
	if len(p.Groups) == 0 {
		return markerExpr{}, fmt.Errorf("%s is in no group (%s)", p.title(), poetryMend)
	}
	var groups []markerExpr
	for _, group := range slices.Sorted(slices.Values(p.Groups)) {
		m, err := parseMarkerExpr(p.groupMarker(group))
		if err == nil {
			m, err = m.replaceExtras(func(name string) markerExpr { return named(name, "extras") })
		}
		if err != nil {
			return m, fmt.Errorf("%s: %w", p.title(), err)
		}
		if group = wheel.NormalName(group); group != mainGroup {
			m = allOf(named(group, "dependency_groups"), m)
		}
		groups = append(groups, m)
	}
	return anyOf(groups...), nil
}

// groupMarker is the marker that a package has in a group. A group that has none in a
// table of them always has the package.
func (p *poetryPackage) groupMarker(group string) string {
	switch m := p.Markers.(type) {
	case string:
		return m
	case map[string]any:
		text, _ := m[group].(string)
		return text
	}
	return ""
}
