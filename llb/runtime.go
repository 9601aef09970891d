package llb

import (
	"strconv"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
)

// runtimePackages installs the system packages that the service needs, and takes
// what came with them: without the times and logs of the installing, so that the
// layer is the same at each build. A base without a package manager gets the files of
// packages that are installed in the builder.
func (c *compiler) runtimePackages(base llb.State) layer {
	if len(c.spec.Runtime.Packages) == 0 {
		return layer{}
	}
	const path = "runtime.packages"
	s := step{stage: stageRuntime, path: path, name: "system packages " + strings.Join(c.spec.Runtime.Packages, ", ")}
	if c.family.musl {
		installed := c.systemPackages(base, stageRuntime, path, c.spec.Runtime.Packages)
		s.command, s.trees = "changes", []tree{{name: "base", state: base}, {name: "tree", state: installed}}
		return c.step(s)
	}
	installed := c.systemPackages(c.images.builder.state, stageRuntime, path, c.spec.Runtime.Packages)
	s.command, s.trees, s.reports = "packages", []tree{{name: "base", state: base}, {name: "builder", state: installed}}, true
	s.args = appendEach(nil, "--package", c.spec.Runtime.Packages)
	return c.step(s)
}

// sliceInterpreter takes from the builder what the image needs of it: Python, its
// standard library, and the shared libraries that these and the packages load. Of
// the project only native code matters, so that an edit of its Python runs nothing
// here again.
func (c *compiler) sliceInterpreter(base, builder llb.State, packages layer, venv []layer, natives []llb.State, named named) layer {
	trees := []tree{{name: "base", state: base}, {name: "builder", state: builder}}
	if !packages.empty() {
		trees = append(trees, tree{name: "packages", state: packages.state})
	}
	for i, l := range venv {
		trees = append(trees, tree{name: "venv" + strconv.Itoa(i), state: l.state, flag: "venv"})
	}
	for i, st := range natives {
		trees = append(trees, tree{name: "natives" + strconv.Itoa(i), state: st, flag: "venv"})
	}
	args, mounts := c.slimmed(named, pythonKey)
	l := c.step(step{
		stage: stageRuntime, path: "runtime", name: "python " + c.python.Python + " and its libraries",
		command: "runtime",
		args:    append([]string{"--family", string(c.spec.Runtime.Base)}, args...),
		trees:   trees, mounts: mounts, reports: true,
	})
	l.key = pythonKey
	return l
}

// addUser writes the user into the databases of the base, and makes the folders that
// it may write to.
func (c *compiler) addUser(base llb.State) layer {
	u := c.spec.User
	args := []string{"--name", u.Name, "--uid", strconv.Itoa(u.UID), "--gid", strconv.Itoa(u.GID)}
	return c.step(step{
		stage: stageRuntime, path: "user", name: "add user " + u.Name,
		command: "user",
		args:    appendEach(args, "--writable", c.spec.Writable),
		trees:   []tree{{name: "base", state: base}},
	})
}

// copyApp copies the service's own files: what the context has after its ignore
// file, and then what the spec selects. natives has those of them that need libraries
// or another program, once more.
func (c *compiler) copyApp() (app layer, natives llb.State) {
	args := []string{"--dest", appDir, "--natives", nativesDir}
	args = appendEach(args, "--include", c.spec.App.Include)
	args = appendEach(args, "--exclude", AppExcludes(c.spec))
	exec := c.exec(step{
		stage: stageApp, path: "app", name: "copy the service's files",
		command: "app",
		args:    appendEach(args, "--ignored", c.opt.Ignored),
		trees:   []tree{{name: "context", state: c.opt.Context}},
	})
	app = layer{name: "the service's files", state: exec.AddMount(outDir, llb.Scratch()), key: "app"}
	return app, exec.AddMount(nativesDir, llb.Scratch())
}

// debugTools adds a shell and pip to a finished rootfs.
func (c *compiler) debugTools(rootfs, builder llb.State) layer {
	return c.step(step{
		stage: stageRuntime, path: "", name: "add a shell and pip",
		command: "debug",
		trees:   []tree{{name: "rootfs", state: rootfs}, {name: "builder", state: builder}},
	})
}

// merge puts layers over a base. Daemons that cannot merge copy the same files
// instead.
func (c *compiler) merge(base llb.State, layers []layer) llb.State {
	if len(layers) == 0 {
		return base
	}
	stage, path, name := stageRuntime, "runtime", "assemble the image"
	if base.Output() == nil {
		stage, path, name = stageBuilder, "builder", "put the build requirements together"
	}
	if c.opt.Caps.Supports(pb.CapMergeOp) == nil {
		states := []llb.State{base}
		for _, l := range layers {
			states = append(states, l.state)
		}
		return llb.Merge(states, c.op(stage, path, "%s", name)...)
	}
	for _, l := range layers {
		base = c.step(step{
			stage: stage, path: path, name: "add " + l.name,
			command: "apply",
			trees:   []tree{{name: "tree", state: l.state}},
			onto:    base,
		}).state
	}
	return base
}
