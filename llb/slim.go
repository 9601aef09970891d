package llb

import (
	"maps"
	"slices"

	"github.com/moby/buildkit/client/llb"

	"github.com/keelback/keelback/spec"
)

// named is what something else imports or names of the files that a rule would take by
// their names: by layer, in files that the steps read. There may be several findings.
type named []llb.State

// pythonKey is the key of the standard library among the layers.
const pythonKey = "python"

// slims tells whether rules take files away.
func (c *compiler) slims() bool { return c.spec.Slim.Level != spec.SlimNone }

// slimArgs tell a step what is left out.
func (c *compiler) slimArgs() []string {
	args := []string{"--slim", string(c.spec.Slim.Level)}
	args = appendEach(args, "--slim-keep", c.spec.Slim.Keep)
	return appendEach(args, "--slim-drop", c.spec.Slim.Drop)
}

// findNamed searches the packages, and the service's own files, for what they import
// or name. The two are apart, so that an edit of the app reads no wheel again.
func (c *compiler) findNamed(groups []group, packages []built, app layer) named {
	if !c.slims() {
		return nil
	}
	args := append([]string{"--python", minorOf(c.opt.Project.Python)}, c.slimArgs()...)
	var mounts []llb.RunOption
	for _, g := range groups {
		for _, d := range g.dists {
			st, from := c.file(d, d.Wheel)
			to := wheelsDir + d.Wheel.Name
			mounts = append(mounts, llb.AddMount(to, st, llb.Readonly, llb.SourcePath(from)))
			args = append(args, "--wheel", to, "--group", g.key()+"="+d.Wheel.Name)
		}
	}
	for _, p := range packages {
		dir := mountDir + "built/" + p.Name
		mounts = append(mounts, llb.AddMount(dir, p.wheel, llb.Readonly))
		args = append(args, "--built", p.Name+"="+dir)
	}
	found := c.step(step{
		stage: stagePackages, path: "slim", name: "find what packages name of one another",
		command: "scan", args: args, mounts: mounts,
	})
	for _, g := range groups {
		for _, d := range g.dists {
			c.readBy(found.state, d.Wheel)
		}
	}
	texts := slices.Concat(c.spec.Command, c.spec.Smoke.Imports)
	for _, name := range slices.Sorted(maps.Keys(c.spec.Env)) {
		texts = append(texts, c.spec.Env[name].Value)
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return text == "" })
	candidates := mountDir + "candidates"
	own := c.step(step{
		stage: stageApp, path: "slim", name: "find what the service names of its packages",
		command: "names",
		args:    appendEach([]string{"--candidates", candidates}, "--text", texts),
		trees:   []tree{{name: "app", state: app.state}},
		mounts:  []llb.RunOption{llb.AddMount(candidates, found.state, llb.Readonly, llb.SourcePath("/candidates"))},
	})
	return named{found.state, own.state}
}

// slimmed are the arguments and mounts of a step that leaves files out of the layer
// with this key.
func (c *compiler) slimmed(n named, key string) ([]string, []llb.RunOption) {
	args := c.slimArgs()
	var mounts []llb.RunOption
	for i, st := range n {
		file := mountDir + "named/" + []string{"packages", "app"}[i]
		mounts = append(mounts, llb.AddMount(file, st, llb.Readonly, llb.SourcePath("/"+key+"/named")))
		args = append(args, "--named", file)
	}
	return args, mounts
}
