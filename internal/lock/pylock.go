package lock

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/spec"
)

// pylock is what matters here of pylock.toml (PEP 751).
type pylock struct {
	LockVersion    string   `toml:"lock-version"`
	RequiresPython string   `toml:"requires-python"`
	Extras         []string `toml:"extras"`
	Groups         []string `toml:"dependency-groups"`
	DefaultGroups  []string `toml:"default-groups"`
	Packages       []pylockPackage
}

type pylockPackage struct {
	Name, Version string
	VCS           *struct{}
	Directory     *struct{ Path string }
	Archive       *pylockFile
	Sdist         *pylockFile
	Wheels        []pylockFile
	Marker        string
}

type pylockFile struct {
	Hashes map[string]string
}

func readPylock(s *spec.Spec, f *found, l *locked) error {
	var p pylock
	data := f.files[l.Path]
	if err := toml.Unmarshal(data, &p); err != nil {
		return fail(s, "dependencies.lock", "%s", tomlError(l.Path, err))
	}
	if p.LockVersion != "1" && !strings.HasPrefix(p.LockVersion, "1.") {
		return fail(s, "dependencies.lock", "%s: lock-version %q (1.0 is read)", l.Path, p.LockVersion)
	}
	l.requiresPython = p.RequiresPython
	errs := checkNames(s, "dependencies.extras", "extra", l.Path, s.Dependencies.Extras, set(p.Extras))
	errs = append(errs, checkNames(s, "dependencies.groups", "dependency group", l.Path, s.Dependencies.Groups, set(p.Groups))...)
	if len(p.DefaultGroups) > 0 && len(s.Dependencies.Groups) == 0 {
		// uv pip has no switch for them; to name another group turns them off.
		errs = append(errs, s.Errorf("dependencies.lock", "%s installs the group %s unless others are named, and development groups are off (%s)",
			l.Path, strings.Join(p.DefaultGroups, ", "), makeCommand(l.Path)))
	}
	lines := headerLines(data, "packages")
	for i, pkg := range p.Packages {
		l.Names = append(l.Names, normalize(pkg.Name))
		problem := pkg.check(l.Path, allowed(s, normalize(pkg.Name)))
		if problem == "" {
			continue
		}
		line := 1
		if i < len(lines) {
			line = lines[i]
		}
		errs = append(errs, s.Errorf("dependencies.lock", "%s:%d: %s %s", l.Path, line, pkg.Name, problem))
	}
	return orNil(errs)
}

func set(names []string) map[string]bool {
	all := map[string]bool{}
	for _, n := range names {
		all[normalize(n)] = true
	}
	return all
}

// check tells what is wrong with a package, or nothing.
func (p *pylockPackage) check(lock string, allowed bool) string {
	hint := fmt.Sprintf("and building it runs its code (dependencies: {allow_sdist: [%s]})", p.Name)
	switch {
	case p.Directory != nil && path.Clean(p.Directory.Path) == ".":
		return fmt.Sprintf("is the project itself, which is installed without being in the lock (%s)", makeCommand(lock))
	case p.Directory != nil:
		return "is a folder (lock with uv.lock, which knows the projects of a workspace)"
	case p.VCS != nil && !allowed:
		return "comes from version control, " + hint
	case p.VCS == nil && len(p.files()) == 0:
		return "has no file"
	case slices.ContainsFunc(p.files(), func(f pylockFile) bool { return !isSHA256("sha256", f.Hashes["sha256"]) }):
		return "has a file without a sha256 hash (" + makeCommand(lock) + ")"
	case p.Sdist != nil && len(p.Wheels) == 0 && p.Marker == "" && !allowed:
		return "has only a source distribution, " + hint
	}
	return ""
}

func (p *pylockPackage) files() []pylockFile {
	files := slices.Clone(p.Wheels)
	for _, f := range []*pylockFile{p.Sdist, p.Archive} {
		if f != nil {
			files = append(files, *f)
		}
	}
	return files
}
