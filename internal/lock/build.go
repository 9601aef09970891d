package lock

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"deps.dev/util/semver"

	"github.com/keelback/keelback/spec"
)

// UVVersion is the version of uv that installs and builds. Its build backend is
// part of it.
const UVVersion = "0.13.9"

// buildGroup is the dependency group of uv.lock that locks build requirements.
const buildGroup = "build"

// localProject is a project that is installed from a folder of the context.
type localProject struct {
	dir string
	*pyproject
}

// localProjects are the service itself, when it is a package, and all other projects
// that its lock installs, whether they have a build system or not.
func localProjects(s *spec.Spec, f *found, l *locked) ([]localProject, error) {
	var local []localProject
	if f.project != nil && f.project.isPackage() {
		local = append(local, localProject{f.projectDir, f.project})
	}
	for _, member := range l.members {
		dir := f.path(member)
		if dir == f.projectDir {
			continue
		}
		name := path.Join(dir, pyprojectFile)
		p, err := parsePyproject(s, name, f.files[name])
		if err != nil {
			return nil, err
		}
		local = append(local, localProject{dir, p})
	}
	slices.SortFunc(local, func(a, b localProject) int { return strings.Compare(a.dir, b.dir) })
	return local, nil
}

// buildPlan says where the requirements for building come from.
type buildPlan struct {
	from BuildRequirements
	lock string // build-requirements.txt, where it is used
}

// planBuild takes the requirements for building from the lock, unless the spec lets
// them be unlocked.
func planBuild(s *spec.Spec, f *found, l *locked, local []localProject) (buildPlan, error) {
	needs := buildNeeds(local)
	if len(needs) == 0 && len(s.Dependencies.AllowSdist) == 0 {
		return buildPlan{from: NoBuild}, nil
	}
	if s.Builder.Unlocked {
		return buildPlan{from: UnlockedBuild}, nil
	}
	where, have, err := f.lockedBuild(s, l)
	if err != nil {
		return buildPlan{}, err
	}
	for _, n := range needs {
		if !slices.Contains(have, n) {
			return buildPlan{}, fail(s, "builder.unlocked", "building the project needs %s, which %s does not lock (%s, or builder: {unlocked: true})",
				n, where, f.lockBuildCommand(l, needs))
		}
	}
	if len(have) == 0 {
		return buildPlan{}, fail(s, "dependencies.allow_sdist", "the requirements for building %s are not locked (%s, or builder: {unlocked: true})",
			strings.Join(s.Dependencies.AllowSdist, ", "), f.lockBuildCommand(l, []string{"setuptools", "wheel"}))
	}
	if l.isUV() {
		return buildPlan{from: LockedBuild}, nil
	}
	return buildPlan{LockedBuild, f.path(buildRequirementsFile)}, nil
}

// buildNeeds are the names of what must be there to build the local projects. The
// backend that is part of uv need not be.
func buildNeeds(local []localProject) []string {
	var needs []string
	for _, p := range local {
		if !bundledBackend(p.pyproject) {
			needs = append(needs, p.buildNames()...)
		}
	}
	return sorted(needs)
}

// bundledBackend tells whether uv builds the project by itself: its backend is
// uv_build, in a version that this uv is.
func bundledBackend(p *pyproject) bool {
	b := p.BuildSystem
	if b == nil || b.BuildBackend != "uv_build" || len(b.Requires) != 1 || requirementName(b.Requires[0]) != "uv-build" {
		return false
	}
	specifier := parseRequirement(b.Requires[0]).specifier
	if specifier == "" {
		return true
	}
	set, err := semver.PyPI.ParseConstraint(specifier)
	return err == nil && set.Match(UVVersion)
}

// lockedBuild are the names that are locked for building.
func (f *found) lockedBuild(s *spec.Spec, l *locked) (where string, names []string, err error) {
	if l.isUV() {
		return fmt.Sprintf("the group %q of %s", buildGroup, l.Path), l.buildGroup, nil
	}
	where = f.path(buildRequirementsFile)
	data, ok := f.files[where]
	if !ok {
		return where, nil, nil
	}
	b := &Lock{}
	if _, errs := readRequirementsFile(s, where, data, b); len(errs) > 0 {
		return "", nil, orNil(errs)
	}
	return where, b.Names, nil
}

func (f *found) lockBuildCommand(l *locked, needs []string) string {
	if l.isUV() {
		return "uv add --group " + buildGroup + " " + strings.Join(needs, " ")
	}
	return fmt.Sprintf("echo %s | uv pip compile --generate-hashes - --output-file %s", strings.Join(needs, " "), f.path(buildRequirementsFile))
}

func (l *locked) isUV() bool { return l.Lock != nil && l.Format == UV }
