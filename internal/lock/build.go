package lock

import (
	"fmt"
	"slices"
	"strings"

	"deps.dev/util/semver"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/spec"
)

// UVVersion is the version of uv that installs and builds. Its build backend is
// part of it.
const UVVersion = "0.13.9"

// buildGroup is the dependency group of uv.lock that locks build requirements.
const buildGroup = "build"

// localProjects are the folders that are installed from the context.
func localProjects(s *spec.Spec, f *found) ([]string, error) {
	var dirs []string
	if f.project != nil && f.project.isPackage() {
		dirs = append(dirs, f.path("."))
	}
	for _, dir := range f.members {
		p, err := parsePyproject(s, f.path(dir), f.files[f.path(dir+"/"+pyprojectFile)])
		if err != nil {
			return nil, err
		}
		if p.isPackage() {
			dirs = append(dirs, f.path(dir))
		}
	}
	return sorted(dirs), nil
}

// buildRequirements decides where the requirements for building come from: of the
// lock unless the spec lets them be unlocked.
func buildRequirements(s *spec.Spec, f *found, p *Project) (BuildRequirements, error) {
	needs := buildNeeds(f, p)
	if len(needs) == 0 && len(s.Dependencies.AllowSdist) == 0 {
		return NoBuild, nil
	}
	if s.Builder.Unlocked {
		return UnlockedBuild, nil
	}
	where, have, err := f.lockedBuild(s, p)
	if err != nil {
		return 0, err
	}
	for _, n := range needs {
		if !slices.Contains(have, n) {
			return 0, spec.Errors{s.Errorf("builder.unlocked", "building the project needs %s, which %s does not lock (%s, or builder: {unlocked: true})",
				n, where, f.lockBuildCommand(p, needs))}
		}
	}
	if len(have) == 0 {
		return 0, spec.Errors{s.Errorf("dependencies.allow_sdist", "the requirements for building %s are not locked (%s, or builder: {unlocked: true})",
			strings.Join(s.Dependencies.AllowSdist, ", "), f.lockBuildCommand(p, []string{"setuptools", "wheel"}))}
	}
	if p.Lock == nil || p.Lock.Format != UV {
		p.BuildLock = f.path(buildRequirementsFile)
	}
	return LockedBuild, nil
}

// buildNeeds are the names of what must be there to build the local projects. The
// backend that is part of uv need not be.
func buildNeeds(f *found, p *Project) []string {
	var needs []string
	for _, dir := range p.Local {
		project := f.project
		if dir != f.path(".") {
			project = &pyproject{}
			if toml.Unmarshal(f.files[dir+"/"+pyprojectFile], project) != nil {
				continue // localProjects has read it before
			}
		}
		if !bundledBackend(project) {
			needs = append(needs, project.buildNames()...)
		}
	}
	return sorted(needs)
}

// bundledBackend tells whether uv builds the project by itself: its backend is
// uv_build, in a version that this uv is.
func bundledBackend(p *pyproject) bool {
	b := p.BuildSystem
	if b.BuildBackend != "uv_build" || len(b.Requires) != 1 || requirementName(b.Requires[0]) != "uv-build" {
		return false
	}
	specifier := requirementSpecifier(b.Requires[0])
	if specifier == "" {
		return true
	}
	set, err := semver.PyPI.ParseConstraint(specifier)
	return err == nil && set.Match(UVVersion)
}

// lockedBuild are the names that are locked for building.
func (f *found) lockedBuild(s *spec.Spec, p *Project) (where string, names []string, err error) {
	if p.Lock != nil && p.Lock.Format == UV {
		return fmt.Sprintf("the group %q of %s", buildGroup, p.Lock.Path), f.buildGroup, nil
	}
	where = f.path(buildRequirementsFile)
	data, ok := f.files[where]
	if !ok {
		return where, nil, nil
	}
	l := &Lock{}
	if _, errs := readRequirementsFile(s, where, data, l); len(errs) > 0 {
		return "", nil, errs
	}
	return where, l.Names, nil
}

func (f *found) lockBuildCommand(p *Project, needs []string) string {
	if p.Lock != nil && p.Lock.Format == UV {
		return "uv add --group " + buildGroup + " " + strings.Join(needs, " ")
	}
	return fmt.Sprintf("echo %s | uv pip compile --generate-hashes - --output-file %s", strings.Join(needs, " "), f.path(buildRequirementsFile))
}
