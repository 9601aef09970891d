package llb

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"strconv"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"

	"github.com/keelback/keelback/spec"
)

// compileProgram compiles the modules of a tree. It is run by the Python of the
// builder: bytecode is the same on all machines, for one minor version.
//
//go:embed compile.py
var compileProgram []byte

// compiles tells whether the image has bytecode. That of `--target debug` has none: it
// is there to find out why a service does not start.
func (c *compiler) compiles() bool {
	return c.spec.Bytecode != spec.BytecodeStrip && c.opt.Target != TargetDebug
}

// addBytecode puts a layer of bytecode behind each layer that has modules.
func (c *compiler) addBytecode(ctx context.Context, base llb.State, layers []layer, skeleton layer) ([]layer, error) {
	if !c.compiles() {
		return layers, nil
	}
	compiled := c.compileModules(layers, skeleton)
	if c.spec.Bytecode == spec.BytecodeImported {
		lists, err := c.recordImports(ctx, base, layers, compiled)
		if err != nil {
			return nil, err
		}
		if lists.Output() != nil {
			compiled = c.selectModules(compiled, lists)
		}
	}
	return interleave(layers, compiled), nil
}

// interleave puts the bytecode of each layer behind it. So the layer of the user, which
// is the last, holds over the folders of both.
func interleave(layers, compiled []layer) []layer {
	var all []layer
	for _, l := range layers {
		all = append(all, l)
		if i := slices.IndexFunc(compiled, func(b layer) bool { return b.key == l.key }); l.key != "" && i >= 0 {
			all = append(all, compiled[i])
		}
	}
	return all
}

// compileModules compiles all modules of each layer, on the worker's own platform. No
// module is run for it.
func (c *compiler) compileModules(layers []layer, skeleton layer) []layer {
	host := c.images.host.state
	if !platforms.OnlyStrict(c.opt.BuildPlatform).Match(c.opt.Platform) {
		skeleton = c.createVenv(host)
	}
	const program, from = mountDir + "compile.py", mountDir + "tree"
	file := llb.Scratch().File(llb.Mkfile("/compile.py", 0o644, compileProgram), c.op(stageBytecode, "bytecode", "write the compiling program")...)
	var compiled []layer
	for _, l := range layers {
		if l.key == "" {
			continue
		}
		opts := []llb.RunOption{
			llb.Args([]string{venvDir + "/bin/python", "-S", "-s", "-B", "-W", "ignore", program, from, outDir, strconv.Itoa(c.spec.Optimize)}),
			llb.AddMount(program, file, llb.Readonly, llb.SourcePath("/compile.py")),
			llb.AddMount(from, l.state, llb.Readonly),
			llb.AddMount(venvDir, skeleton.state, llb.Readonly, llb.SourcePath(venvDir)),
			llb.AddEnv("PYTHONHASHSEED", "0"),
		}
		exec := c.run(host, stageBytecode, "bytecode", "compile "+l.name, append(opts, offline()...)...)
		compiled = append(compiled, layer{name: "bytecode of " + l.name, state: exec.AddMount(outDir, llb.Scratch()), key: l.key})
	}
	return compiled
}

// recordImports starts the service in an image that has all bytecode, and gives what it
// imported up to its end after the first healthy answer: a list for each layer. Of a
// platform that cannot run here it gives the list of the worker's own, or nothing where
// the lock has no files for that.
func (c *compiler) recordImports(ctx context.Context, base llb.State, layers, compiled []layer) (lists llb.State, err error) {
	if c.runs(c.opt.Platform) {
		return c.record(base, layers, compiled), nil
	}
	opt := c.opt
	opt.Platform = opt.BuildPlatform
	native, err := Compile(ctx, c.spec, opt)
	if native != nil {
		for _, d := range native.Downloads {
			c.downloads[d.SHA256+"/"+d.Name] = d
		}
	}
	// Only what the lock says may decide: a fault of the network would give another
	// image.
	if unfit := spec.Errors(nil); errors.As(err, &unfit) {
		c.warn("bytecode", "%s cannot be run by this builder, and the service cannot be built for %s, so all modules are compiled (%s)",
			platforms.Format(c.opt.Platform), platforms.Format(c.opt.BuildPlatform), unfit[0].Msg)
		return llb.State{}, nil
	}
	if err != nil {
		return llb.State{}, err
	}
	return native.imports, nil
}

// selectModules takes what is on the lists out of the bytecode of each layer.
func (c *compiler) selectModules(compiled []layer, lists llb.State) []layer {
	var selected []layer
	for _, l := range compiled {
		list := mountDir + "list"
		args, mount := []string{"--list", list}, llb.AddMount(list, lists, llb.Readonly, llb.SourcePath("/"+l.key+"/list"))
		if !c.runs(c.opt.Platform) {
			mount = llb.AddMount(list, lists, llb.Readonly) // groups may differ
		}
		s := c.step(step{
			stage: stageBytecode, path: "bytecode", name: l.name,
			command: "select", args: args,
			trees:  []tree{{name: "tree", state: l.state}},
			mounts: []llb.RunOption{mount},
		})
		s.key = l.key
		selected = append(selected, s)
	}
	return selected
}
