package lock

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
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
	for _, dir := range sorted(slices.Clone(l.members)) {
		if slices.ContainsFunc(local, func(p localProject) bool { return p.dir == dir }) {
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

// planBuild takes the requirements for building from the lock, unless the spec lets
// them be unlocked.
func planBuild(ctx context.Context, s *spec.Spec, t Tree, f *found, l *locked, local []localProject) (BuildRequirements, *Lock, error) {
	needs := buildNeeds(local)
	if len(needs) == 0 && len(s.Dependencies.AllowSdist) == 0 {
		return NoBuild, nil, nil
	}
	if s.Builder.Unlocked {
		return UnlockedBuild, nil, nil
	}
	build, where, have, err := f.lockedBuild(ctx, s, t, l)
	if err != nil {
		return NoBuild, nil, err
	}
	for _, n := range needs {
		if !slices.Contains(have, n) {
			return NoBuild, nil, fail(s, "builder.unlocked", "building the project needs %s, which %s does not lock (%s, or builder: {unlocked: true})",
				n, where, f.lockBuildCommand(l, needs))
		}
	}
	if len(have) == 0 {
		return NoBuild, nil, fail(s, "dependencies.allow_sdist", "the requirements for building %s are not locked (%s, or builder: {unlocked: true})",
			strings.Join(s.Dependencies.AllowSdist, ", "), f.lockBuildCommand(l, []string{"setuptools", "wheel"}))
	}
	return LockedBuild, build, nil
}

// unlockedRequires are the requirements for building of the local projects, as an index
// may be asked for them. Without a build system setuptools builds (PEP 517).
func unlockedRequires(s *spec.Spec, local []localProject) ([]string, error) {
	var requires []string
	for _, p := range local {
		switch {
		case bundledBackend(p.pyproject):
		case p.BuildSystem == nil:
			requires = append(requires, "setuptools")
		default:
			plain, err := plainRequirements(p.BuildSystem.Requires)
			if err != nil {
				return nil, fail(s, "builder.unlocked", "%s: %w", path.Join(p.dir, pyprojectFile), err)
			}
			requires = append(requires, plain...)
		}
	}
	return sorted(requires), nil
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
	set, err := wheel.ParseSpecifiers(specifier)
	return err == nil && set.Contains(UVVersion)
}

// lockedBuild is what locks the requirements for building, and the names in it.
func (f *found) lockedBuild(ctx context.Context, s *spec.Spec, t Tree, l *locked) (build *Lock, where string, names []string, err error) {
	if l.isUV() {
		return l.Lock, fmt.Sprintf("the group %q of %s", buildGroup, l.Path), l.buildGroup, nil
	}
	where = f.path(buildRequirementsFile)
	if _, ok := f.files[where]; !ok {
		return nil, where, nil, nil
	}
	b := newLocked(where)
	if err := readRequirements(ctx, s, t, f, b); err != nil {
		return nil, "", nil, fail(s, lockKey, "%w", err)
	}
	b.finish()
	if err := b.findFiles(ctx, t, f); err != nil {
		return nil, "", nil, err
	}
	if len(b.members) > 0 {
		b.problems.addf(where, 0, lockKey, "names the folder %s (want what has a hash)", b.members[0])
	}
	return b.Lock, where, b.Names, b.problems.in(s)
}

func (f *found) lockBuildCommand(l *locked, needs []string) string {
	if l.isUV() {
		return "uv add --group " + buildGroup + " " + strings.Join(needs, " ")
	}
	return fmt.Sprintf("printf '%%s\\n' %s | uv pip compile --generate-hashes - --output-file %s", strings.Join(needs, " "), f.path(buildRequirementsFile))
}

func (l *locked) isUV() bool { return l.Lock != nil && l.Format == UV }
