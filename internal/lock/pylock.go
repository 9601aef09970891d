package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/spec"
)

// pylock is what matters here of pylock.toml (PEP 751).
type pylock struct {
	LockVersion string   `toml:"lock-version"`
	Extras      []string `toml:"extras"`
	Groups      []string `toml:"dependency-groups"`
	Packages    []pylockPackage
}

type pylockPackage struct {
	Name, Version string
	VCS           *struct{}
	Directory     *struct{}
	Archive       *pylockFile
	Sdist         *pylockFile
	Wheels        []pylockFile
	Marker        string
}

type pylockFile struct {
	Hashes map[string]string
}

func readPylock(s *spec.Spec, f *found, l *Lock) error {
	var p pylock
	data := f.files[l.Path]
	if err := toml.Unmarshal(data, &p); err != nil {
		return spec.Errors{s.Errorf("dependencies.lock", "%s", tomlError(l.Path, err))}
	}
	if p.LockVersion != "1" && !strings.HasPrefix(p.LockVersion, "1.") {
		return spec.Errors{s.Errorf("dependencies.lock", "%s: lock-version %q (1.0 is read)", l.Path, p.LockVersion)}
	}
	have := func(names []string) map[string]bool {
		set := map[string]bool{}
		for _, n := range names {
			set[normalize(n)] = true
		}
		return set
	}
	errs := checkNames(s, "dependencies.extras", "extra", l.Path, s.Dependencies.Extras, have(p.Extras))
	errs = append(errs, checkNames(s, "dependencies.groups", "dependency group", l.Path, s.Dependencies.Groups, have(p.Groups))...)
	for _, pkg := range p.Packages {
		l.Names = append(l.Names, normalize(pkg.Name))
		if problem := pkg.check(allowed(s, normalize(pkg.Name))); problem != "" {
			errs = append(errs, s.Errorf("dependencies.lock", "%s:%d: %s %s", l.Path, lineOf(data, fmt.Sprintf("name = %q", pkg.Name)), pkg.Name, problem))
		}
	}
	return orNil(errs)
}

// check tells what is wrong with a package, or nothing.
func (p *pylockPackage) check(allowed bool) string {
	hint := fmt.Sprintf("and building it runs its code (dependencies: {allow_sdist: [%s]})", p.Name)
	switch {
	case p.Directory != nil:
		return "is a folder (lock with uv.lock, which knows the projects of a workspace)"
	case p.VCS != nil && !allowed:
		return "comes from version control, " + hint
	case p.VCS == nil && len(p.files()) == 0:
		return "has no file"
	case slices.ContainsFunc(p.files(), func(f pylockFile) bool { return !isSHA256("sha256", f.Hashes["sha256"]) }):
		return "has a file without a sha256 hash (uv export --format pylock.toml)"
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
