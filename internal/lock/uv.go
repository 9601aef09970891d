package lock

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/spec"
)

// uvLock is what matters here of uv.lock, version 1 of its format.
type uvLock struct {
	Version        int
	RequiresPython string `toml:"requires-python"`
	Manifest       struct {
		Members []string
	}
	Package []*uvPackage
}

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

	line int // of its header in the lock
}

type uvSource struct {
	Registry, Git, URL, Path, Directory, Editable, Virtual string
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
}

type uvEdge struct {
	Name, Version, Marker string
	Source                uvSource
	Extra                 []string
}

func readUV(ctx context.Context, s *spec.Spec, t Tree, f *found, l *locked) error {
	u, err := parseUV(s, l.Path, f.files[l.Path])
	if err != nil {
		return err
	}
	if f.project == nil {
		return fail(s, "dependencies.lock", "no %s beside %s, which belongs to it", f.path(pyprojectFile), l.Path)
	}
	root := u.root()
	if root == nil {
		return u.noRoot(s, l.Path, f)
	}
	errs := u.check(s, l.Path)
	errs = append(errs, checkNames(s, "dependencies.extras", "extra", l.Path, s.Dependencies.Extras, keys(root.Extras))...)
	errs = append(errs, checkNames(s, "dependencies.groups", "dependency group", l.Path, s.Dependencies.Groups, keys(root.Groups))...)
	if problem := u.stale(s, l.Path, root, f); problem != "" {
		errs = append(errs, s.Errorf("dependencies.lock", "%s", problem))
	}
	needed := u.needed(root, s.Dependencies.Extras, s.Dependencies.Groups)
	errs = append(errs, checkSources(s, l.Path, needed)...)
	if err := orNil(errs); err != nil {
		return err
	}
	if err := u.names(s, l.Lock); err != nil {
		return err
	}
	l.requiresPython = u.RequiresPython
	l.members = needed.local()
	l.buildGroup = u.walk(root.Groups[buildGroup]).names()
	return u.manifests(ctx, s, t, f, l.Lock)
}

// names tells packages of folders from the others, which is by name only.
func (u *uvLock) names(s *spec.Spec, l *Lock) error {
	elsewhere := map[string]bool{}
	for _, p := range u.Package {
		l.Names = append(l.Names, p.Name)
		if dir, ok := p.Source.local(); !ok {
			elsewhere[p.Name] = true
		} else if dir != "." {
			l.LocalNames = append(l.LocalNames, p.Name)
		}
	}
	for _, name := range l.LocalNames {
		if elsewhere[name] {
			return fail(s, "dependencies.lock", "%s has %s from a folder and from elsewhere too (want one source, whatever the markers say)", l.Path, name)
		}
	}
	return nil
}

func parseUV(s *spec.Spec, name string, data []byte) (*uvLock, error) {
	var u uvLock
	if err := toml.Unmarshal(data, &u); err != nil {
		return nil, fail(s, "dependencies.lock", "%s", tomlError(name, err))
	}
	if u.Version != 1 {
		return nil, fail(s, "dependencies.lock", "%s: version %d of the format (1 is read; update keelback, or lock with another uv)", name, u.Version)
	}
	lines := headerLines(data, "package")
	for i, p := range u.Package {
		p.line = 1
		if i < len(lines) {
			p.line = lines[i]
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
func (u *uvLock) noRoot(s *spec.Spec, lock string, f *found) error {
	if f.project.Project.Name != "" || f.project.Tool.UV.Workspace == nil {
		return fail(s, "dependencies.lock", "%s has no package for the project itself (uv lock)", lock)
	}
	example := "NAME"
	if len(u.Manifest.Members) > 0 {
		example = u.Manifest.Members[0]
	}
	return fail(s, "dependencies.lock", "%s is of a workspace whose root is no project: it does not say which member the service is "+
		"(uv export --package %s --no-emit-workspace --no-default-groups --output-file requirements.txt, and dependencies: {lock: requirements.txt})", lock, example)
}

// check wants a hash for all that comes from an index or a URL.
func (u *uvLock) check(s *spec.Spec, lock string) spec.Errors {
	var errs spec.Errors
	for _, p := range u.Package {
		if p.Source.Registry == "" && p.Source.URL == "" && p.Source.Path == "" {
			continue
		}
		files := p.Wheels
		if p.Sdist != nil {
			files = append(files[:len(files):len(files)], *p.Sdist)
		}
		if i := slices.IndexFunc(files, func(w uvFile) bool { return !w.hashed() }); i >= 0 || len(files) == 0 {
			errs = append(errs, s.Errorf("dependencies.lock", "%s:%d: %s %s has a file without a sha256 hash (uv lock, against an index that gives hashes)",
				lock, p.line, p.Name, p.Version))
		}
	}
	return errs
}

func (w uvFile) hashed() bool {
	algorithm, hex, _ := strings.Cut(w.Hash, ":")
	return isSHA256(algorithm, hex)
}

// checkSources refuses what can only be built from source, unless it may be.
func checkSources(s *spec.Spec, lock string, c closure) spec.Errors {
	var errs spec.Errors
	for _, p := range c.packages {
		if _, ok := p.Source.local(); ok || !c.certain[p] || len(p.Wheels) > 0 || allowed(s, p.Name) {
			continue
		}
		what := "has only a source distribution"
		if p.Source.Git != "" {
			what = "comes from git"
		}
		errs = append(errs, s.Errorf("dependencies.allow_sdist", "%s:%d: %s %s %s, and building it runs its code (dependencies: {allow_sdist: [%s]})",
			lock, p.line, p.Name, p.Version, what, p.Name))
	}
	return errs
}

// manifests adds the files that uv reads beside the lock: the pyproject.toml of the
// project and of all members of its workspace.
func (u *uvLock) manifests(ctx context.Context, s *spec.Spec, t Tree, f *found, l *Lock) error {
	var members []string
	for _, p := range u.Package {
		if dir, ok := p.Source.local(); ok {
			if !inContext(f.path(dir)) {
				return fail(s, "dependencies.lock", "%s: %s lies outside of the build context, at %s (build from a folder above both)", l.Path, p.Name, dir)
			}
			members = append(members, path.Join(f.dir, dir, pyprojectFile))
		}
		if p.Source.Path != "" {
			members = append(members, path.Join(f.dir, p.Source.Path))
		}
	}
	files, err := t.Files(ctx, members...)
	if err != nil {
		return err
	}
	for _, name := range sorted(members) {
		if _, ok := files[name]; !ok {
			return fail(s, "dependencies.lock", "%s needs %s, which is not in the build context", l.Path, name)
		}
	}
	maps.Copy(f.files, files)
	l.Manifests = append(l.Manifests, members...)
	return nil
}

func inContext(name string) bool {
	return !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../")
}

func keys(m map[string][]uvEdge) map[string]bool {
	names := map[string]bool{}
	for name := range m {
		names[normalize(name)] = true
	}
	return names
}
