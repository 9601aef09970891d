package llb

import (
	"slices"

	"github.com/moby/buildkit/client/llb"
)

// builderPackages installs the system packages that building needs.
func (c *compiler) builderPackages(st llb.State) llb.State {
	return c.systemPackages(st, stageBuilder, "builder.packages", c.spec.Builder.Packages)
}

// systemPackages installs packages by the package manager of the rootfs itself.
func (c *compiler) systemPackages(st llb.State, stage, path string, packages []string) llb.State {
	if len(packages) == 0 {
		return st
	}
	opts := []llb.RunOption{llb.Args(c.family.install(packages))}
	for _, dir := range c.family.cache {
		opts = append(opts, llb.AddMount(dir, llb.Scratch(), llb.AsPersistentCacheDir(c.cacheID(dir), llb.CacheMountLocked)))
	}
	opts = append(opts, environment(c.family.env)...)
	return c.run(st, stage, path, "install system packages", append(opts, c.online()...)...).Root()
}

// createVenv writes the skeleton of a virtual environment. No Python is run for it,
// so it can be made for any platform.
func (c *compiler) createVenv(builder llb.State) llb.State {
	return c.step(step{
		stage: stageBuilder, path: "python", name: "create the virtual environment",
		command: "venv",
		args:    []string{"--python", c.opt.Project.Python},
		trees:   []tree{{name: "builder", state: builder}},
	}).state
}

// strip copies an environment without what no service needs, to its place in the
// image. It gives the same once more when there is native code in it, else an empty
// file system: what the search for libraries has to see.
func (c *compiler) strip(venv llb.State, name string) (stripped layer, natives llb.State) {
	if venv.Output() == nil {
		return layer{}, venv
	}
	const nativesDir = mountDir + "natives"
	args := []string{"--natives", nativesDir}
	if l := c.opt.Project.Lock; l != nil {
		for _, installer := range []string{"pip", "setuptools", "wheel"} {
			if slices.Contains(l.Names, installer) {
				args = append(args, "--keep", installer)
			}
		}
	}
	exec := c.exec(step{
		stage: stageBuilder, path: "dependencies", name: name,
		command: "strip",
		args:    args,
		trees:   []tree{{name: "venv", state: venv}},
	})
	return layer{name, exec.AddMount(outDir, llb.Scratch())}, exec.AddMount(nativesDir, llb.Scratch())
}
