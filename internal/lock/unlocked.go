package lock

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/spec"
)

// unlockedNames are patterns of files that ask for dependencies without pinning
// them, in the order in which a lock is best made of them.
var unlockedNames = []string{"requirements*.in", "requirements*.txt", "setup.py"}

// checkNone is content without a lock only when nothing is to be installed.
func (f *found) checkNone(s *spec.Spec) error {
	for _, name := range []string{"uv.lock", "pylock.toml", "requirements.txt"} {
		if f.hidden(name) && (f.wantsDependencies(s) || f.checkUnlocked(s) != nil) {
			return fail(s, "dependencies.lock", "no lock file in the build context, and .dockerignore keeps out %s (add the line !%s to it)", name, name)
		}
	}
	if f.project != nil && f.project.hasDependencies() {
		what := "lists dependencies"
		if f.project.dynamic("dependencies") {
			what = "leaves its dependencies to the build backend (dynamic)"
		}
		return fail(s, "dependencies.lock", "%s %s, but no lock file pins them (make one: uv lock)", pyprojectFile, what)
	}
	if f.wantsDependencies(s) {
		return fail(s, "dependencies", "no lock file in the build context (make one: uv lock)")
	}
	if _, given := s.Range("dependencies"); given {
		return nil
	}
	return f.checkUnlocked(s)
}

func (f *found) wantsDependencies(s *spec.Spec) bool {
	d := s.Dependencies
	return f.project != nil && f.project.hasDependencies() || len(d.Extras)+len(d.Groups)+len(d.AllowSdist) > 0
}

// checkUnlocked refuses files that may list dependencies, unless the spec says that
// there are none.
func (f *found) checkUnlocked(s *spec.Spec) error {
	for _, pattern := range unlockedNames {
		for _, name := range slices.Sorted(maps.Keys(f.files)) {
			ok, err := path.Match(pattern, name)
			if err != nil || !ok || name == "setup.py" && f.project != nil && f.project.Project.Name != "" {
				continue // what [project] does not call dynamic is not up to setup.py
			}
			named := ""
			if strings.HasSuffix(name, ".txt") {
				named = "; when it has hashes: dependencies: {lock: " + name + "}"
			}
			return fail(s, "dependencies.lock", "%s may list dependencies, but no lock file pins them (make one: %s %s --output-file requirements.txt%s; when there are none: dependencies: {})",
				name, hashing, name, named)
		}
	}
	return nil
}
