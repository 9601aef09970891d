package llb

import (
	"path"
	"strings"

	"github.com/moby/buildkit/client/llb"

	"github.com/keelback/keelback/internal/lock"
)

const (
	// toolsDir has the locked requirements for building. It is in no image.
	toolsDir = "/opt/build-venv"

	sourceDir  = "/src"
	uvPath     = "/uv"
	uvCache    = "/var/cache/uv"
	venvPython = venvDir + "/bin/python"
)

// installBuildRequirements installs what the lock has for building, into an
// environment of its own. It is empty when nothing is built, or when the spec lets
// uv download what is newest.
func (c *compiler) installBuildRequirements(builder, skeleton llb.State) llb.State {
	p := c.opt.Project
	if p.BuildRequirements != lock.LockedBuild {
		return llb.Scratch()
	}
	files, args := []string{p.BuildLock}, []string{"pip", "install", "--python", toolsDir + "/bin/python", "--require-hashes", "--only-binary", ":all:", "-r", path.Base(p.BuildLock)}
	if p.BuildLock == "" {
		files, args = p.Lock.Manifests, []string{"sync", "--frozen", "--no-build", "--only-group", "build"}
	}
	opts := append(c.uv(args, toolsDir), c.sharedCache(), c.manifests(files, "the build requirements"))
	return c.run(builder, stageBuilder, "builder", "install build requirements (uv)", append(opts, c.online()...)...).AddMount(toolsDir, skeleton)
}

// installDependencies installs what the lock lists into the environment.
func (c *compiler) installDependencies(builder, skeleton, tools llb.State) llb.State {
	l := c.opt.Project.Lock
	if l == nil {
		return skeleton
	}
	args := c.installArgs(l)
	var opts []llb.RunOption
	if len(c.spec.Dependencies.AllowSdist) > 0 && tools.Output() != nil {
		args = append(args, "--no-build-isolation")
		opts = c.withTools(tools)
	}
	cache := c.sharedCache()
	if len(c.spec.Dependencies.AllowSdist) > 0 {
		cache = ownCache()
	}
	opts = append(opts, c.uv(args, venvDir)...)
	opts = append(opts, cache, c.manifests(l.Manifests, "the lock"))
	return c.run(builder, stageBuilder, "dependencies", "install dependencies (uv)", append(opts, c.online()...)...).AddMount(venvDir, skeleton)
}

// installArgs are the arguments of uv for each format of locks: hashes required,
// nothing built but what may be, nothing of the project itself.
func (c *compiler) installArgs(l *lock.Lock) []string {
	d := c.spec.Dependencies
	var args []string
	switch l.Format {
	case lock.UV:
		args = []string{"sync", "--frozen", "--no-default-groups", "--no-install-project", "--no-install-workspace", "--no-build"}
		args = appendEach(args, "--no-install-package", l.LocalNames)
		args = appendEach(args, "--no-binary-package", d.AllowSdist)
	case lock.Pylock, lock.Requirements:
		args = []string{"pip", "install", "--python", venvPython, "--require-hashes", "--only-binary", ":all:", "-r", path.Base(l.Path)}
		args = appendEach(args, "--no-binary", d.AllowSdist)
	}
	args = appendEach(args, "--extra", d.Extras)
	return appendEach(args, "--group", d.Groups)
}

// installProject builds and installs the project itself, from its included files
// only, into a tree of its own. That tree is empty when there is none; natives is
// too when nothing of it is compiled.
func (c *compiler) installProject(builder, tools llb.State, venv, app layer) (project layer, natives llb.State) {
	p := c.opt.Project
	if len(p.Local) == 0 {
		return layer{}, llb.Scratch()
	}
	const out = mountDir + "project"
	args := []string{"pip", "install", "--python", venvPython, "--prefix", out, "--no-deps"}
	for _, dir := range p.Local {
		args = append(args, path.Join(sourceDir, dir))
	}
	network := c.online()
	if p.BuildRequirements != lock.UnlockedBuild {
		network = offline()
	}
	var opts []llb.RunOption
	if tools.Output() != nil {
		args = append(args, "--no-build-isolation")
		opts = c.withTools(tools)
	}
	opts = append(opts, c.uv(args, venvDir)...)
	opts = append(opts, ownCache(),
		llb.AddMount(sourceDir, c.projectSource(app.state), llb.ForceNoOutput),
		llb.AddMount(venvDir, venv.state, llb.Readonly, llb.SourcePath(venvDir)))
	built := c.run(builder, stageBuilder, "app", "install the project (uv)", append(opts, network...)...).AddMount(out, llb.Scratch())
	return c.strip(built, "the project")
}

// projectSource has the files that the project is built from: those of the app, and
// the manifests, which an app's patterns may leave out.
func (c *compiler) projectSource(app llb.State) llb.State {
	return llb.Scratch().
		File(llb.Copy(app, appDir, "/", &llb.CopyInfo{CopyDirContentsOnly: true}), c.op(stageBuilder, "app", "copy the project")...).
		File(c.copyManifests(c.opt.Project.Manifests), c.op(stageBuilder, "app", "copy the project's manifests")...)
}

// manifests mounts just the named files of the context, so that no other file in it
// makes a step run again.
func (c *compiler) manifests(names []string, what string) llb.RunOption {
	st := llb.Scratch().File(c.copyManifests(names), c.op(stageBuilder, "dependencies.lock", "copy %s", what)...)
	return llb.AddMount(sourceDir, st, llb.Readonly)
}

func (c *compiler) copyManifests(names []string) *llb.FileAction {
	return llb.Copy(c.opt.Manifests, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true, IncludePatterns: names})
}

// withTools puts the locked build requirements at the hand of what is built.
func (c *compiler) withTools(tools llb.State) []llb.RunOption {
	return []llb.RunOption{
		llb.AddMount(toolsDir, tools, llb.Readonly),
		llb.AddEnv("PYTHONPATH", toolsDir+"/lib/python"+minorOf(c.opt.Project.Python)+"/site-packages"),
		llb.AddEnv("PATH", toolsDir+"/bin:"+pathOf(c.images.builder.config.Config.Env)),
	}
}

// sharedCache is uv's cache of downloads, which all builds of a platform share. uv
// trusts what is in it, so no code of a package may run where it is mounted.
func (c *compiler) sharedCache() llb.RunOption {
	return llb.AddMount(uvCache, llb.Scratch(), llb.AsPersistentCacheDir(c.cacheID(uvCache), llb.CacheMountShared))
}

// ownCache is a cache for one step, in which code of packages runs.
func ownCache() llb.RunOption {
	return llb.AddMount(uvCache, llb.Scratch(), llb.ForceNoOutput)
}

// uv are the options of a step that runs uv for the environment in a folder.
func (c *compiler) uv(args []string, env string) []llb.RunOption {
	opts := []llb.RunOption{
		llb.Args(append([]string{uvPath}, args...)),
		llb.Dir(path.Join(sourceDir, c.opt.Project.Dir)),
		llb.AddMount(uvPath, c.images.uv.state, llb.Readonly, llb.SourcePath("/uv")),
	}
	return append(opts, environment(map[string]string{
		"PYTHONDONTWRITEBYTECODE": "1",
		"UV_CACHE_DIR":            uvCache,
		"UV_LINK_MODE":            "copy",
		"UV_NO_PROGRESS":          "1",
		"UV_PROJECT_ENVIRONMENT":  env,
		"UV_PYTHON_DOWNLOADS":     "never",
		"UV_SYSTEM_CERTS":         "1",
	})...)
}

// minorOf is MAJOR.MINOR of a version.
func minorOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
