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
// image.
func (c *compiler) strip(venv llb.State, name string) layer {
	if venv.Output() == nil {
		return layer{}
	}
	var keep []string
	if l := c.opt.Project.Lock; l != nil {
		keep = slices.DeleteFunc(slices.Clone(installers), func(name string) bool { return !slices.Contains(l.Names, name) })
	}
	return c.step(step{
		stage: stageBuilder, path: "dependencies", name: name,
		command: "strip",
		args:    appendEach(nil, "--keep", keep),
		trees:   []tree{{name: "venv", state: venv}},
	})
}

// installers are the distributions that strip removes, unless the lock has them.
var installers = []string{"pip", "setuptools", "wheel"}
