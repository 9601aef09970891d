package lock

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/spec"
)

// uvLock is what matters here of uv.lock, version 1 of its format.
type uvLock struct {
	Version int
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
	Metadata struct {
		RequiresDist []uvRequirement `toml:"requires-dist"`
	}
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
	Extra                 []string
}

type uvRequirement struct {
	Name, Specifier string
}

func readUV(ctx context.Context, s *spec.Spec, t Tree, f *found, l *Lock) error {
	var u uvLock
	data := f.files[l.Path]
	if err := toml.Unmarshal(data, &u); err != nil {
		return spec.Errors{s.Errorf("dependencies.lock", "%s", tomlError(l.Path, err))}
	}
	if u.Version != 1 {
		return spec.Errors{s.Errorf("dependencies.lock", "%s: version %d of the format (1 is read; update keelback, or lock with another uv)", l.Path, u.Version)}
	}
	if f.project == nil {
		return spec.Errors{s.Errorf("dependencies.lock", "no %s beside %s, which belongs to it", f.path(pyprojectFile), l.Path)}
	}
	root := u.root()
	if root == nil {
		return spec.Errors{s.Errorf("dependencies.lock", "%s has no package for the project itself (uv lock)", l.Path)}
	}
	errs := u.check(s, l.Path, data)
	errs = append(errs, checkNames(s, "dependencies.extras", "extra", l.Path, s.Dependencies.Extras, keys(root.Extras))...)
	errs = append(errs, checkNames(s, "dependencies.groups", "dependency group", l.Path, s.Dependencies.Groups, keys(root.Groups))...)
	errs = append(errs, checkStale(s, l.Path, root, f.project)...)
	needed := u.needed(root, s.Dependencies.Extras, s.Dependencies.Groups)
	errs = append(errs, checkSources(s, l.Path, data, needed)...)
	if err := orNil(errs); err != nil {
		return err
	}
	for _, p := range u.Package {
		l.Names = append(l.Names, p.Name)
	}
	f.members = needed.local()
	for _, p := range u.needed(&uvPackage{Needs: root.Groups[buildGroup]}, nil, nil).packages {
		f.buildGroup = append(f.buildGroup, p.Name)
	}
	return u.manifests(ctx, s, t, f, l)
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

// check wants a hash for all that comes from an index or a URL.
func (u *uvLock) check(s *spec.Spec, lock string, data []byte) spec.Errors {
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
				lock, p.line(data), p.Name, p.Version))
		}
	}
	return errs
}

func (w uvFile) hashed() bool {
	algorithm, hex, _ := strings.Cut(w.Hash, ":")
	return isSHA256(algorithm, hex)
}

func (p *uvPackage) line(data []byte) int {
	return lineOf(data, fmt.Sprintf("name = %q\nversion = %q", p.Name, p.Version))
}

// closure is a set of packages, by name; certain tells of those that are needed
// whatever the markers say.
type closure struct {
	packages []*uvPackage
	certain  map[*uvPackage]bool
}

// needed walks from the root over the edges that the spec selects. Markers are
// not evaluated: what they guard is in the closure, but not certain.
func (u *uvLock) needed(root *uvPackage, extras, groups []string) closure {
	c := closure{certain: map[*uvPackage]bool{}}
	edges := slices.Clone(root.Needs)
	for _, name := range extras {
		edges = append(edges, root.Extras[normalize(name)]...)
	}
	for _, name := range groups {
		edges = append(edges, root.Groups[normalize(name)]...)
	}
	seen := map[*uvPackage]bool{}
	var follow func(edges []uvEdge, certain bool)
	follow = func(edges []uvEdge, certain bool) {
		for _, e := range edges {
			certain := certain && e.Marker == ""
			for _, p := range u.Package {
				if p.Name != e.Name || e.Version != "" && p.Version != e.Version || seen[p] && (!certain || c.certain[p]) {
					continue
				}
				if !seen[p] {
					c.packages = append(c.packages, p)
				}
				seen[p], c.certain[p] = true, certain
				follow(p.Needs, certain)
				for _, x := range e.Extra {
					follow(p.Extras[x], certain)
				}
			}
		}
	}
	follow(edges, true)
	return c
}

// local are the folders of the needed projects of the workspace.
func (c closure) local() []string {
	var dirs []string
	for _, p := range c.packages {
		if dir, ok := p.Source.local(); ok && p.Source.Virtual == "" {
			dirs = append(dirs, dir)
		}
	}
	return sorted(dirs)
}

// checkSources refuses what can only be built from source, unless it may be.
func checkSources(s *spec.Spec, lock string, data []byte, c closure) spec.Errors {
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
			lock, p.line(data), p.Name, p.Version, what, p.Name))
	}
	return errs
}

// checkStale compares what the project asks for with what the lock was made for.
func checkStale(s *spec.Spec, lock string, root *uvPackage, p *pyproject) spec.Errors {
	if root.Metadata.RequiresDist == nil && len(root.Needs) > 0 {
		return nil // the lock does not say what it was made for
	}
	locked := map[string][]string{}
	for _, r := range root.Metadata.RequiresDist {
		locked[r.Name] = append(locked[r.Name], normalizeSpecifier(r.Specifier))
	}
	for _, r := range p.Project.Dependencies {
		name, specifier := requirementName(r), requirementSpecifier(r)
		if !slices.Contains(locked[name], specifier) {
			return spec.Errors{s.Errorf("dependencies.lock", "%s was made before %s asked for %q (uv lock)", lock, pyprojectFile, r)}
		}
	}
	return nil
}

// manifests adds the files that uv reads beside the lock: the pyproject.toml of the
// project and of all members of its workspace.
func (u *uvLock) manifests(ctx context.Context, s *spec.Spec, t Tree, f *found, l *Lock) error {
	var members []string
	for _, p := range u.Package {
		if dir, ok := p.Source.local(); ok {
			if !inContext(f.path(dir)) {
				return spec.Errors{s.Errorf("dependencies.lock", "%s: %s lies outside of the build context, at %s (build from a folder above both)", l.Path, p.Name, dir)}
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
			return spec.Errors{s.Errorf("dependencies.lock", "%s needs %s, which is not in the build context", l.Path, name)}
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
