package lock

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"

	"github.com/keelback/keelback/spec"
)

const (
	pyprojectFile = "pyproject.toml"
	pythonFile    = ".python-version"

	// buildRequirementsFile locks the requirements for building, where the lock
	// itself has no place for them.
	buildRequirementsFile = "build-requirements.txt"
)

// lockNames are patterns of all files that lock dependencies.
var lockNames = []string{"uv.lock", "pylock.toml", "pylock.*.toml", "requirements.txt", "poetry.lock", "pdm.lock", "Pipfile.lock"}

// found is what lies in the context: the files by path, and which of them are what.
type found struct {
	files      map[string][]byte
	ignored    []string
	dir        string // of the lock
	lock       string // path, or empty
	original   string // path of what the lock was completed from, or empty
	projectDir string // of the pyproject.toml
	project    *pyproject
}

func (f *found) path(name string) string { return path.Join(f.dir, name) }

func (f *found) pyproject() string { return path.Join(f.projectDir, pyprojectFile) }

// discover reads the files of the project's folder and decides which is the lock.
func discover(ctx context.Context, s *spec.Spec, t Tree) (*found, error) {
	f := &found{dir: ".", lock: s.Dependencies.Lock}
	if strings.ContainsAny(f.lock, `*?[`) {
		return nil, fail(s, "dependencies.lock", "%s is a pattern (want the path of one file, without *, ? and [)", f.lock)
	}
	if f.lock != "" {
		f.dir = path.Dir(f.lock)
	}
	var err error
	if f.files, err = t.Files(ctx, f.patterns()...); err != nil {
		return nil, err
	}
	if f.ignored, err = t.Ignored(ctx); err != nil {
		return nil, err
	}
	f.projectDir = f.dir
	if _, ok := f.files[f.path(pyprojectFile)]; !ok && formatOf(f.lock) != UV {
		f.projectDir = "." // uv.lock belongs to the project beside it, others to any
	}
	if data, ok := f.files[f.pyproject()]; ok {
		if f.project, err = parsePyproject(s, f.pyproject(), data); err != nil {
			return nil, err
		}
	}
	return f, f.chooseLock(s)
}

// patterns are of the files to read before it is known which is the lock.
func (f *found) patterns() []string {
	patterns := []string{pythonFile, pyprojectFile, f.path(pythonFile), f.path(pyprojectFile), f.path(pipfileFile), f.path(buildRequirementsFile)}
	for _, n := range lockNames {
		patterns = append(patterns, f.path(n))
	}
	if f.lock != "" {
		patterns = append(patterns, f.lock)
	} else {
		patterns = append(patterns, unlockedNames...)
	}
	return sorted(patterns)
}

// chooseLock finds the lock where the spec names none, and checks the one it names.
func (f *found) chooseLock(s *spec.Spec) error {
	if f.lock != "" {
		return f.checkNamed(s)
	}
	var candidates []string
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		if isLock(path.Base(name)) && path.Dir(name) == "." {
			candidates = append(candidates, name)
		}
	}
	candidates = f.preferCompleted(candidates)
	switch len(candidates) {
	case 0:
		return f.checkNone(s)
	case 1:
		f.lock = candidates[0]
		return nil
	default:
		return fail(s, "dependencies.lock", "%d lock files in the context: %s (name one: dependencies: {lock: %s})",
			len(candidates), strings.Join(candidates, ", "), candidates[len(candidates)-1])
	}
}

func isLock(base string) bool {
	return slices.ContainsFunc(lockNames, func(pattern string) bool {
		ok, err := path.Match(pattern, base)
		return ok && err == nil
	})
}

// checkNamed tells why a lock that the spec names is not there.
func (f *found) checkNamed(s *spec.Spec) error {
	if _, ok := f.files[f.lock]; ok {
		f.lock = f.preferCompleted([]string{f.lock})[0]
		return nil
	}
	if f.hidden(f.lock) {
		return fail(s, "dependencies.lock", "%s is kept out of the build context by .dockerignore (add the line !%s to it)", f.lock, f.lock)
	}
	return fail(s, "dependencies.lock", "no file %s in the build context (make one: %s)", f.lock, makeCommand(f.lock))
}

func (f *found) hidden(name string) bool {
	hidden, err := patternmatcher.MatchesOrParentMatches(name, f.ignored)
	return err == nil && hidden
}

// formatOf tells a lock's format by its name, as the tools that write them do.
func formatOf(lock string) Format {
	base := path.Base(lock)
	switch {
	case base == "uv.lock":
		return UV
	case base == "poetry.lock":
		return Poetry
	case base == "pdm.lock":
		return PDM
	case base == "Pipfile.lock":
		return Pipfile
	case strings.HasSuffix(base, ".toml"):
		return Pylock
	default:
		return Requirements
	}
}

// makeCommand is the command that makes a lock at a path, to be run in the root of
// the context.
func makeCommand(lock string) string {
	switch formatOf(lock) {
	case UV:
		if dir := path.Dir(lock); dir != "." {
			return "uv lock --project " + dir
		}
		return "uv lock"
	case Poetry:
		return poetryMend
	case PDM:
		return pdmMend
	case Pipfile:
		return pipfileMend
	case Pylock:
		return "uv export --format pylock.toml --no-emit-project --no-default-groups --output-file " + lock
	default:
		return hashing + " pyproject.toml --output-file " + lock
	}
}
