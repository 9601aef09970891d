package lock

import (
	"context"
	"path"
	"slices"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// Tree gives the few files of a build context that are read before the build.
type Tree interface {
	// Files returns the files whose slash-separated path in the context matches one
	// of the patterns of [path.Match]. What is not there is left out.
	Files(ctx context.Context, patterns ...string) (map[string][]byte, error)

	// Ignored returns the patterns that keep files out of the context, in the syntax
	// of .dockerignore.
	Ignored(ctx context.Context) ([]string, error)

	// HasDir tells whether the context has a folder of that name.
	HasDir(ctx context.Context, dir string) (bool, error)

	// Lacks returns those of the names that are no file of the context. It reads none:
	// they may be big.
	Lacks(ctx context.Context, names ...string) ([]string, error)
}

// Project is what the build context says about a service.
type Project struct {
	// Python is the version to run on, MAJOR.MINOR or MAJOR.MINOR.PATCH.
	Python string

	// PythonFrom is the path in the spec that the version comes from, `python`, or
	// the name of the file.
	PythonFrom string

	// Dir is the folder of the lock in the context. It is `.` for the root. The
	// pyproject.toml lies there too, or else in the root.
	Dir string

	// Lock lists the dependencies. Nil: the service has none.
	Lock *Lock

	// Local are the folders of the projects to install from the context: the service
	// itself when its pyproject.toml has a build system, and the projects in other
	// folders that it depends on.
	Local []string

	// BuildRequirements says where the requirements for building Local and the
	// packages of allow_sdist come from.
	BuildRequirements BuildRequirements

	// BuildLock locks the requirements for building, with LockedBuild: ask it by
	// [Lock.SelectBuild]. It is Lock itself where that is a uv.lock.
	BuildLock *Lock

	// BuildRequires are the requirements for building Local, with UnlockedBuild: sorted,
	// as [RequiresOf] gives them, but for a backend that uv has itself.
	BuildRequires []string

	// Manifests are the pyproject.toml files of Local.
	Manifests []string

	// SourceDir is the folder that modules are imported from, relative to the
	// context. Empty: its root.
	SourceDir string

	own   string            // of Local, the folder of the service itself; empty: it is not installed
	texts map[string][]byte // of the files that were read, by path
}

// Text is a file of the context that was read for the project, such as the lock. It is
// nil for others.
func (p *Project) Text(name string) []byte { return p.texts[name] }

// LocalOn are the folders of Local that are installed on a target: some may be behind
// markers.
func (p *Project) LocalOn(s *spec.Spec, t wheel.Target) ([]string, error) {
	if p.Lock == nil {
		return p.Local, nil
	}
	var problems problems
	needed := map[string]bool{p.own: true}
	for _, pkg := range p.Lock.applying(s, t, &problems) {
		if pkg.Directory != nil {
			needed[pkg.Directory.Path] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(p.Local), func(dir string) bool { return !needed[dir] }), problems.in(s)
}

// AllManifests are all files of the context that installing reads, sorted.
func (p *Project) AllManifests() []string {
	names := slices.Clone(p.Manifests)
	if p.Lock != nil {
		names = append(names, p.Lock.Manifests...)
	}
	if p.BuildLock != nil {
		names = append(names, p.BuildLock.Manifests...)
	}
	return sorted(names)
}

// Format is a lock file's format.
type Format string

const (
	// UV is uv.lock.
	UV Format = "uv.lock"

	// Pylock is pylock.toml, as in PEP 751.
	Pylock Format = "pylock.toml"

	// Requirements is pip's requirements.txt, with hashes.
	Requirements Format = "requirements.txt"

	// Poetry is poetry.lock.
	Poetry Format = "poetry.lock"

	// PDM is pdm.lock.
	PDM Format = "pdm.lock"

	// Pipfile is Pipfile.lock.
	Pipfile Format = "Pipfile.lock"
)

// Lock is a lock file that was read and found complete: every file that can be
// downloaded for it has a hash.
type Lock struct {
	// Path of the lock file in the context.
	Path string

	// Format of the lock file.
	Format Format

	// Manifests are the files that installing reads, the lock among them, sorted.
	Manifests []string

	// Names are the normalised names of all distributions in the lock, sorted, without
	// the service itself.
	Names []string

	list
}

// BuildRequirements says where the requirements for building come from.
type BuildRequirements int

const (
	// NoBuild means that nothing needs to be downloaded for building: nothing is
	// built, or uv's own backend builds it.
	NoBuild BuildRequirements = iota

	// LockedBuild means the `build` group of uv.lock, or build-requirements.txt.
	LockedBuild

	// UnlockedBuild means whatever is newest (`builder.unlocked`).
	UnlockedBuild
)

// Load reads the facts that the build of s needs from its context. The error is
// [spec.Errors] where the user's files are at fault.
func Load(ctx context.Context, s *spec.Spec, t Tree) (*Project, error) {
	f, err := discover(ctx, s, t)
	if err != nil {
		return nil, err
	}
	l, err := readLock(ctx, s, t, f)
	if err != nil {
		return nil, err
	}
	p := &Project{Dir: f.dir, Lock: l.Lock, texts: f.files}
	if p.Python, p.PythonFrom, err = pythonVersion(s, f, l); err != nil {
		return nil, err
	}
	local, err := localProjects(s, f, l)
	if err != nil {
		return nil, err
	}
	if f.project != nil && f.project.isPackage() {
		p.own = f.projectDir
	}
	for _, project := range local {
		p.Local = append(p.Local, project.dir)
		p.Manifests = append(p.Manifests, path.Join(project.dir, pyprojectFile))
	}
	if p.BuildRequirements, p.BuildLock, err = planBuild(ctx, s, t, f, l, local); err != nil {
		return nil, err
	}
	if p.BuildRequirements == UnlockedBuild {
		if p.BuildRequires, err = unlockedRequires(s, local); err != nil {
			return nil, err
		}
	}
	if p.SourceDir, err = sourceDir(ctx, s, t, p); err != nil {
		return nil, err
	}
	return p, nil
}

// sourceDir is the folder that modules are imported from. A project that is
// installed is imported from the virtual environment, which may hold compiled
// modules that its sources do not.
func sourceDir(ctx context.Context, s *spec.Spec, t Tree, p *Project) (string, error) {
	dir := s.App.Path
	switch {
	case dir == ".":
		return dir, nil // there is always a root
	case dir == "" && len(p.Local) > 0:
		return "", nil
	case dir == "":
		dir = "src"
	}
	ok, err := t.HasDir(ctx, dir)
	if err != nil || ok {
		return dir, err
	}
	if s.App.Path != "" {
		return "", fail(s, "app.path", "no folder %s among the service's files in the build context", dir)
	}
	return "", nil
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
