package llb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client/llb"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/internal/wheel"
)

const (
	// wheelsDir is where the steps that install find wheels.
	wheelsDir = mountDir + "wheels/"

	// nativesDir is where a step puts what has to be looked at for libraries.
	nativesDir = mountDir + "natives"
)

// installWheels puts wheels into layers, each by a step of its own: what is in a layer
// depends on its wheels, on the version of Python and on what is left out alone.
func (c *compiler) installWheels(groups []group, named named) []layer {
	var layers []layer
	for _, g := range groups {
		args, mounts := c.slimmed(named, g.key())
		l := c.install(stagePackages, "dependencies", g.title(), g.dists, args, mounts)
		l.key = g.key()
		layers = append(layers, l)
	}
	return layers
}

// install adds a step that unpacks wheels to their place in the image. None of their
// code is run, so it can be done for any platform.
func (c *compiler) install(stage, at, name string, dists []lock.Distribution, args []string, mounts []llb.RunOption) layer {
	args = append([]string{"--python", minorOf(c.opt.Project.Python)}, args...)
	for _, d := range dists {
		st, from := c.file(d, d.Wheel)
		to := wheelsDir + d.Wheel.Name
		mounts = append(mounts, llb.AddMount(to, st, llb.Readonly, llb.SourcePath(from)))
		args = append(args, "--wheel", to)
		if !c.checked(d.Wheel) {
			args = append(args, "--sha256", d.Wheel.Name+"="+d.Wheel.SHA256)
		}
		if d.DirectURL != "" {
			args = append(args, "--direct-url", d.Wheel.Name+"="+d.DirectURL)
		}
		if c.mayStart(d) {
			args = append(args, "--allow-startup", d.Wheel.Name)
		}
	}
	run := step{stage: stage, path: at, name: name, command: "install", args: args, mounts: mounts, reports: true}
	if len(dists) == 1 {
		run.at = c.inLock(dists[0])
	}
	installed := c.step(run)
	for _, d := range dists {
		c.readBy(installed.state, d.Wheel)
	}
	return installed
}

// built is a package that was built from source.
type built struct {
	lock.Distribution
	wheel llb.State // has one wheel, and nothing else
}

// installBuilt installs packages that were built here, beside those of other layers.
// natives has the same once more when something of it is compiled, else nothing: what
// the search for libraries has to see.
func (c *compiler) installBuilt(at, name string, packages []built, others []layer, key string) (installed layer, natives llb.State) {
	if len(packages) == 0 {
		return layer{}, llb.Scratch()
	}
	args := append([]string{"--python", minorOf(c.opt.Project.Python), "--natives", nativesDir}, c.slimArgs()...)
	if !c.runs(c.opt.Platform) {
		args = append(args, "--any")
	}
	var mounts []llb.RunOption
	for _, p := range packages {
		dir := mountDir + "built/" + p.Name
		mounts = append(mounts, llb.AddMount(dir, p.wheel, llb.Readonly))
		args = append(args, "--built", p.Name+"="+dir)
		if p.DirectURL != "" {
			args = append(args, "--direct-url", p.Name+"="+p.DirectURL)
		}
		if c.mayStart(p.Distribution) {
			args = append(args, "--allow-startup", p.Name)
		}
	}
	for i, l := range others {
		dir := mountDir + "over/" + strconv.Itoa(i)
		mounts = append(mounts, llb.AddMount(dir, l.state, llb.Readonly))
		args = append(args, "--over", dir)
	}
	exec := c.exec(step{stage: stagePackages, path: at, name: name, command: "install", args: args, mounts: mounts, reports: true})
	installed = layer{name: name, state: exec.AddMount(outDir, llb.Scratch()), report: exec.AddMount(reportDir, llb.Scratch()), key: key}
	return installed, exec.AddMount(nativesDir, llb.Scratch())
}

// mayStart tells whether a package may have code that runs each time Python starts.
func (c *compiler) mayStart(d lock.Distribution) bool {
	return slices.ContainsFunc(c.spec.Dependencies.AllowStartup, func(name string) bool { return wheel.NormalName(name) == d.Name })
}

// minorOf is MAJOR.MINOR of a version.
func minorOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// copyManifests copies just the named files of the context, so that no other file in
// it makes a step run again.
func (c *compiler) copyManifests(names []string) *llb.FileAction {
	return llb.Copy(c.opt.Manifests, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true, IncludePatterns: names})
}

// projectSource has the files that a project is built from: those of the app, and
// the manifests, which an app's patterns may leave out.
func (c *compiler) projectSource(app llb.State) llb.State {
	return llb.Scratch().
		File(llb.Copy(app, appDir, "/", &llb.CopyInfo{CopyDirContentsOnly: true}), c.op(stageBuilder, "app", "copy the project")...).
		File(c.copyManifests(c.opt.Project.Manifests), c.op(stageBuilder, "app", "copy the project's manifests")...)
}
