package llb

import (
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

// createVenv writes the skeleton of a virtual environment, at its place in the image.
// No Python is run for it, so it can be made for any platform.
func (c *compiler) createVenv(builder llb.State) layer {
	return c.step(step{
		stage: stagePackages, path: "python", name: "create the virtual environment",
		command: "venv",
		args:    []string{"--python", c.python.Python},
		trees:   []tree{{name: "builder", state: builder}},
	})
}
