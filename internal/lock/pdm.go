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

// pdmLock is what matters here of pdm.lock, of which there is no specification: its
// writer is pdm/project/lockfile/pdmlock.py.
type pdmLock struct {
	Metadata struct {
		LockVersion string `toml:"lock_version"`
		ContentHash string `toml:"content_hash"`
		Strategy    []string
		Groups      []string
		Targets     []pdmTarget
		LockInputs  any `toml:"lock_inputs"`
	}
	Package []*pdmPackage
}

// pdmTarget is what the lock was made for.
type pdmTarget struct {
	RequiresPython string `toml:"requires_python"`
	Platform       string
	Implementation string
}

type pdmPackage struct {
	Name, Version  string
	RequiresPython string `toml:"requires_python"`

	// Extras that an entry adds to that of the same package without extras.
	Extras []string

	// Groups and Marker are there with the strategy inherit_metadata.
	Groups []string
	Marker string

	Dependencies                           []string
	Files                                  []pdmFile
	Git, Hg, Svn, Bzr                      string
	Ref, Revision, Path, URL, Subdirectory string

	place string // LOCK:LINE
}

type pdmFile struct{ File, URL, Hash string }

const (
	// pdmMend makes pdm.lock anew.
	pdmMend = "pdm lock"

	// pdmDefault is what PDM calls the dependencies that are in no other group.
	pdmDefault = "default"
)

// readPDM reads pdm.lock. With the strategy inherit_metadata its packages say in which
// groups and where they are installed; without it that takes the project's own
// dependencies.
func readPDM(f *found, l *locked) error {
	p, err := parsePDM(f.lock, f.files[f.lock])
	if err != nil {
		return err
	}
	doc, err := readDocument(f, pyprojectFile)
	if err != nil {
		return err
	}
	project := newPDMProject(doc)
	l.mend = pdmMend
	l.extras, l.groups = p.names(project)
	if p.stale(project) {
		l.problems.addf(f.lock, 0, lockKey, "it was made before %s changed (%s)", project.file, pdmMend)
	}
	if err := p.readTargets(l); err != nil {
		return fmt.Errorf("%s: metadata.targets: %w", f.lock, err)
	}
	l.indexes = project.indexes()
	lines := headerLines(f.files[f.lock], "package")
	for i, pkg := range p.Package {
		pkg.place = fmt.Sprintf("%s:%d", f.lock, lineOf(lines, i))
		l.Names = append(l.Names, wheel.NormalName(pkg.Name)) // also of those that no target needs
	}
	merged := p.merge()
	markers, err := p.markers(merged, project, l)
	if err != nil {
		return err
	}
	if !p.inherits() {
		l.Manifests = append(l.Manifests, project.file)
	}
	r := pdmReader{file: f.lock, dir: f.dir, markers: map[string]*wheel.Marker{}, problems: &l.problems}
	for i, m := range merged {
		if pkg := r.read(m.pdmPackage, lineOf(lines, m.index), markers[i]); pkg != nil {
			l.packages = append(l.packages, pkg)
		}
	}
	return nil
}

func parsePDM(name string, data []byte) (*pdmLock, error) {
	var p pdmLock
	if err := toml.Unmarshal(data, &p); err != nil {
		return nil, tomlError(name, err)
	}
	if !pdmVersions.MatchString(p.Metadata.LockVersion) {
		return nil, fmt.Errorf("%s: lock_version %q (4.4 and 4.5 are read)", name, p.Metadata.LockVersion)
	}
	return &p, nil
}

var pdmVersions = regexp.MustCompile(`^4\.[45](?:\.[0-9]+)?$`)

// inherits tells of locks whose packages have groups and markers.
func (p *pdmLock) inherits() bool { return slices.Contains(p.Metadata.Strategy, "inherit_metadata") }

// names are those of extras and groups. The lock calls both groups; one that the
// project does not know may be either.
func (p *pdmLock) names(project *pdmProject) (extras, groups map[string]bool) {
	extras, groups = map[string]bool{}, map[string]bool{}
	for _, name := range p.Metadata.Groups {
		name = wheel.NormalName(name)
		if name == pdmDefault {
			continue
		}
		if project == nil || project.extras[name] != nil {
			extras[name] = true
		}
		if project == nil || project.groups[name] != nil {
			groups[name] = true
		}
	}
	return extras, groups
}

// merged is an entry with those of its extras.
type pdmMerged struct {
	*pdmPackage
	index  int
	extras []*pdmPackage
}

// merge puts entries of extras with those of the package itself, which is installed
// wherever they are.
func (p *pdmLock) merge() []*pdmMerged {
	var all []*pdmMerged
	byKey := map[[2]string]*pdmMerged{}
	for _, withExtras := range []bool{false, true} {
		for i, pkg := range p.Package {
			if withExtras != (len(pkg.Extras) > 0) {
				continue
			}
			key := [2]string{wheel.NormalName(pkg.Name), pkg.Version + pkg.URL + pkg.Path + pkg.Git}
			if m := byKey[key]; m != nil && withExtras {
				m.extras = append(m.extras, pkg)
				continue
			}
			m := &pdmMerged{pdmPackage: pkg, index: i}
			if withExtras {
				m.extras = append(m.extras, pkg)
			}
			byKey[key] = m
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *pdmMerged) int { return a.index - b.index })
	return all
}

// markers say where each package is installed.
func (p *pdmLock) markers(merged []*pdmMerged, project *pdmProject, l *locked) ([]markerExpr, error) {
	if !p.inherits() {
		if project == nil {
			return nil, fmt.Errorf("%s: it says nothing about groups, and no %s beside it does (%s --strategy inherit_metadata)", l.Path, pyprojectFile, pdmMend)
		}
		return p.trace(merged, project)
	}
	var markers []markerExpr
	for _, m := range merged {
		marker, err := parseMarkerExpr(m.Marker)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.title(), err)
		}
		if len(m.Groups) == 0 {
			return nil, fmt.Errorf("%s is in no group (%s)", m.title(), pdmMend)
		}
		markers = append(markers, allOf(inGroups(m.Groups, l), marker))
	}
	return markers, nil
}

// title names the package in messages, with its place.
func (p *pdmPackage) title() string { return p.place + ": " + p.Name + " " + p.Version }

// inGroups holds where one of the groups of a package is installed.
func inGroups(groups []string, l *locked) markerExpr {
	var any []markerExpr
	for _, g := range slices.Sorted(slices.Values(groups)) {
		g = wheel.NormalName(g)
		if g == pdmDefault {
			return markerExpr{}
		}
		if l.extras[g] {
			any = append(any, named(g, "extras"))
		}
		if l.groups[g] {
			any = append(any, named(g, "dependency_groups"))
		}
	}
	return anyOf(any...)
}

// readTargets takes what the lock was made for: one of its targets has to hold.
func (p *pdmLock) readTargets(l *locked) error {
	pythons := map[string]bool{}
	for _, t := range p.Metadata.Targets {
		python, err := parseConstraint(t.RequiresPython)
		if err != nil {
			return err
		}
		pythons[python.specifier()] = true
		m, err := wheel.ParseMarker(allOf(python.marker(), t.platform(), t.implementation()).String())
		if err != nil {
			return err
		}
		if m == nil {
			l.environments = nil
			break // it is for all
		}
		l.environments = append(l.environments, m)
	}
	if len(pythons) == 1 {
		l.requiresPython = slices.Collect(maps.Keys(pythons))[0]
	}
	return nil
}

var pdmPlatform = regexp.MustCompile(`^(manylinux|musllinux|linux|macos|windows)(?:_[0-9]+_[0-9]+)?(?:_(.*))?$`)

// platform asks for the platform of a target, such as linux, windows_amd64 or
// manylinux_2_28_aarch64. The C library is nothing that markers know.
func (t pdmTarget) platform() markerExpr {
	name := t.Platform
	switch name {
	case "":
		return markerExpr{}
	case "linux", "alpine":
		name = "linux_x86_64"
	}
	m := pdmPlatform.FindStringSubmatch(name)
	if m == nil {
		return atom("sys_platform", "==", quote(name))
	}
	system := map[string]string{"macos": "darwin", "windows": "win32"}[m[1]]
	if system == "" {
		system = "linux"
	}
	if m[2] == "" || system != "linux" {
		return atom("sys_platform", "==", quote(system))
	}
	return allOf(atom("sys_platform", "==", quote(system)), atom("platform_machine", "==", quote(m[2])))
}

func (t pdmTarget) implementation() markerExpr {
	if t.Implementation == "" {
		return markerExpr{}
	}
	return atom("implementation_name", "==", quote(strings.ToLower(t.Implementation)))
}
