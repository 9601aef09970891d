package llb

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/moby/buildkit/client/llb"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

const (
	sourceDir = "/src"
	uvPath    = "/uv"
	uvCache   = "/var/cache/uv"
)

// workshop is where packages are built from source.
type workshop struct {
	rootfs llb.State

	// target is what the build requirements, which are run here, have to fit.
	target wheel.Target

	// skeleton is an empty virtual environment for its Python.
	skeleton layer
}

// workshop is the builder, for the platform of the image. Where the worker cannot run
// programs of that platform it is the builder for the worker's own: of what is built
// there, only wheels for any platform are installed.
func (c *compiler) workshop(builder llb.State, skeleton layer) (workshop, error) {
	if c.runs(c.opt.Platform) {
		return workshop{builder, c.python, skeleton}, nil
	}
	machine, err := wheel.Machine(c.opt.BuildPlatform.Architecture, c.opt.BuildPlatform.Variant)
	if err != nil {
		return workshop{}, err
	}
	target := c.python
	target.Machine = machine
	host := c.images.host.state
	return workshop{host, target, c.createVenv(host)}, nil
}

// sources are the packages that were built from source: those that the lock has only
// sources of, and the project itself.
type sources struct {
	packages, own []built
}

// buildSources builds what has no wheel.
func (c *compiler) buildSources(ctx context.Context, builder llb.State, skeleton, app layer, deps dependencies) (s sources, err error) {
	w, err := c.workshop(builder, skeleton)
	if err != nil {
		return sources{}, err
	}
	if s.packages, err = c.build(ctx, w, app, deps.sources); err != nil {
		return sources{}, err
	}
	s.own, err = c.build(ctx, w, app, deps.own)
	return s, err
}

// installSources installs what was built, beside the wheels.
func (c *compiler) installSources(s sources, wheels []layer) (packages, project layer, natives llb.State) {
	packages, _ = c.installBuilt("dependencies.allow_sdist", "packages built from source", s.packages, wheels, "built")
	project, natives = c.installBuilt("app", "the project", s.own, present(append(slices.Clone(wheels), packages)...), "project")
	return packages, project, natives
}

// build builds packages from source, each in a step of its own.
func (c *compiler) build(ctx context.Context, w workshop, app layer, dists []lock.Distribution) ([]built, error) {
	var all []built
	for _, d := range dists {
		st, err := c.buildWheel(ctx, w, app, d)
		if err != nil {
			return nil, err
		}
		all = append(all, built{d, st})
	}
	return all, nil
}

// buildWheel builds one package. Its code runs there, with what the lock has for
// building, and without network.
func (c *compiler) buildWheel(ctx context.Context, w workshop, app layer, d lock.Distribution) (llb.State, error) {
	source, name, err := c.source(ctx, d, app.state)
	if err != nil {
		return llb.State{}, err
	}
	tools, err := c.buildTools(ctx, w, d, source, name)
	if err != nil {
		return llb.State{}, err
	}
	args := []string{
		"build", "--wheel", "--no-build-isolation", "--offline", "--no-create-gitignore",
		"--python", venvDir + "/bin/python", "--out-dir", outDir, path.Join(sourceDir, name),
	}
	opts := append(c.uv(args),
		llb.Dir(sourceDir),
		llb.AddMount(sourceDir, source, llb.ForceNoOutput),
		llb.AddMount(venvDir, tools, llb.Readonly, llb.SourcePath(venvDir)),
		llb.AddEnv("PATH", venvDir+"/bin:"+pathOf(c.images.builder.config.Config.Env)),
		llb.AddEnv("VIRTUAL_ENV", venvDir),
		ownCache())
	at, what := "dependencies.allow_sdist", "build "+d.Name+" "+d.Version
	if d.Source.Directory != nil {
		at, what = "app", "build the project "+d.Name
	}
	out := c.run(w.rootfs, stageBuilder, at, what+" (uv)", append(opts, offline()...)...).AddMount(outDir, llb.Scratch())
	if f := d.Source.File; f != nil {
		c.readBy(out, f)
	}
	return out, nil
}

// buildTools is a virtual environment with what building a package needs. It is in no
// image.
func (c *compiler) buildTools(ctx context.Context, w workshop, d lock.Distribution, source llb.State, name string) (llb.State, error) {
	wheels, err := c.buildRequirements(ctx, w.target, d, source, name)
	if err != nil || len(wheels) == 0 {
		return w.skeleton.state, err
	}
	const title = "install build requirements"
	return c.merge(llb.Scratch(), []layer{w.skeleton, c.install(stageBuilder, "builder", title, wheels, nil, nil)}), nil
}

// buildRequirements are the wheels which must be there when a package is built, as
// the lock has them, or else whatever is newest.
func (c *compiler) buildRequirements(ctx context.Context, t wheel.Target, d lock.Distribution, source llb.State, name string) ([]lock.Distribution, error) {
	p := c.opt.Project
	if p.BuildRequirements == lock.NoBuild {
		return nil, nil
	}
	l := p.BuildLock
	if p.BuildRequirements == lock.UnlockedBuild {
		requires, err := c.buildRequires(ctx, d, source, name)
		if err != nil {
			return nil, err
		}
		l = lock.Unlocked(requires, "the build requirements of "+d.Name, p.Lock)
	}
	l, err := c.complete(ctx, l)
	if err != nil {
		return nil, err
	}
	return l.SelectBuild(c.spec, t)
}

// buildRequires are the requirements that a source says it is built with.
func (c *compiler) buildRequires(ctx context.Context, d lock.Distribution, source llb.State, name string) ([]string, error) {
	if d.Source.Directory != nil {
		return c.opt.Project.BuildRequires, nil
	}
	file := path.Join(name, manifest)[1:]
	if d.Source.File != nil && d.Source.File.Subdirectory == "" {
		source, file = c.unpacked(source, name), "*/"+manifest
	}
	files, err := c.opt.ReadFiles(ctx, source, file)
	if err != nil {
		return nil, err
	}
	if len(files) > 1 {
		return nil, c.badSource(d, "it has %d folders with a %s (one)", len(files), manifest)
	}
	var text []byte
	for _, data := range files {
		text = data
	}
	requires, err := lock.RequiresOf(text)
	if err != nil {
		return nil, c.badSource(d, "%v", err)
	}
	return requires, nil
}

// manifest describes how a project is built (PEP 517).
const manifest = "pyproject.toml"

// unpacked has the folder of a source archive. Archives that the daemon cannot unpack
// (zip) stay what they are.
func (c *compiler) unpacked(source llb.State, name string) llb.State {
	return llb.Scratch().File(llb.Copy(source, name, "/", &llb.CopyInfo{AttemptUnpack: true}),
		c.op(stageBuilder, "dependencies.allow_sdist", "unpack %s", path.Base(name))...)
}

// within is a folder of a source archive, whose own top folder has any name.
func (c *compiler) within(ctx context.Context, d lock.Distribution, source llb.State, name, dir string) (llb.State, string, error) {
	source = c.unpacked(source, name)
	files, err := c.opt.ReadFiles(ctx, source, "*/"+path.Join(dir, manifest))
	if err != nil {
		return llb.State{}, "", err
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		return source, "/" + path.Dir(file), nil
	}
	return llb.State{}, "", c.badSource(d, "it has no folder %s with a %s", dir, manifest)
}

func (c *compiler) badSource(d lock.Distribution, format string, args ...any) error {
	return spec.Errors{c.spec.Errorf("dependencies.allow_sdist", "%s: %s %s: %s", d.Place, d.Name, d.Version, fmt.Sprintf(format, args...))}
}

// uv are the options of a step that runs uv.
func (c *compiler) uv(args []string) []llb.RunOption {
	opts := []llb.RunOption{
		llb.Args(append([]string{uvPath}, args...)),
		llb.AddMount(uvPath, c.images.uv.state, llb.Readonly, llb.SourcePath("/uv")),
	}
	return append(opts, environment(map[string]string{
		"PYTHONDONTWRITEBYTECODE": "1",
		"UV_CACHE_DIR":            uvCache,
		"UV_LINK_MODE":            "copy",
		"UV_NO_PROGRESS":          "1",
		"UV_PYTHON_DOWNLOADS":     "never",
		"UV_SYSTEM_CERTS":         "1",
	})...)
}

// sharedCache is uv's cache of what indexes say, which all builds of a platform share.
// uv trusts what is in it, so no code of a package may run where it is mounted.
func (c *compiler) sharedCache() llb.RunOption {
	return llb.AddMount(uvCache, llb.Scratch(), llb.AsPersistentCacheDir(c.cacheID(uvCache), llb.CacheMountShared))
}

// ownCache is a cache for one step, in which code of packages runs.
func ownCache() llb.RunOption {
	return llb.AddMount(uvCache, llb.Scratch(), llb.ForceNoOutput)
}
