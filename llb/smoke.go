package llb

import (
	"encoding/json"
	"path"
	"strings"
	"time"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"

	"github.com/keelback/keelback/internal/smoke"
	"github.com/keelback/keelback/spec"
)

// smokeDir is where the gate finds its program and files: it has to be in no image, and
// the root is read-only.
const smokeDir = "/run/keelback/"

// plan says how the image is tried: its command is started where there is a check that
// tells whether it works, else the module of the command is imported.
func (c *compiler) plan() smoke.Plan {
	s := c.spec
	p := smoke.Plan{
		Command:    s.Command,
		Imports:    s.Smoke.Imports,
		User:       smoke.User{Name: s.User.Name, UID: s.User.UID, GID: s.User.GID, Home: "/home/" + s.User.Name},
		Dir:        appDir,
		Timeout:    time.Duration(s.Smoke.Timeout).String(),
		StopSignal: s.StopSignal,
		Python:     venvDir + "/bin/python",
		Writable:   s.Writable,
	}
	if s.Health == nil || !s.Smoke.Start {
		p.Module = true
		return p
	}
	p.Health, p.Port = healthCommand(s.Health), s.Health.Port
	return p
}

// check gives what has to succeed before the image is handed over: the smoke gate, and
// the budget.
func (c *compiler) check(rootfs llb.State, layers []layer, report llb.State) []llb.State {
	var checks []llb.State
	if c.spec.Budget != (spec.Budget{}) {
		checks = append(checks, c.checkBudget(layers, report))
	}
	switch {
	case c.target == TargetDebug, c.spec.Smoke.Gate == spec.SmokeOff:
	case !c.runs(c.opt.Platform):
		c.warn("smoke", "%s cannot be run by this builder, so its image is not tried before it is handed over", platforms.Format(c.opt.Platform))
	default:
		p := c.plan()
		p.Measure = c.spec.Bytecode == spec.BytecodeStrip && p.Health != nil
		c.gate = c.smoke(rootfs, "try the finished image", p, layers, nil).AddMount(smokeDir+"out", llb.Scratch())
		checks = append(checks, c.gate)
	}
	return checks
}

// smoked says, in a label, how the image was tried.
func (c *compiler) smoked() string {
	switch {
	case c.spec.Smoke.Gate == spec.SmokeOff, c.target == TargetDebug:
		return "off"
	case !c.runs(c.opt.Platform):
		return "not tried"
	case c.plan().Health != nil:
		return "started"
	default:
		return "imported"
	}
}

// record runs the service as the gate does, in an image that has all bytecode and a
// hook which sees what is imported.
func (c *compiler) record(base llb.State, layers, compiled []layer) llb.State {
	hook := c.step(step{
		stage: stageSmoke, path: "bytecode", name: "add the recorder of imports",
		command: "smoke-hook", args: []string{"--python", minorOf(c.opt.Project.Python)},
	})
	rootfs := c.merge(base, append(interleave(layers, compiled), hook))
	const trees = smokeDir + "trees"
	// The order of a set may decide what a service imports.
	mounts := []llb.RunOption{llb.AddEnv("PYTHONHASHSEED", "0")}
	for _, l := range compiled {
		mounts = append(mounts, llb.AddMount(path.Join(trees, l.key), l.state, llb.Readonly))
	}
	exec := c.smoke(rootfs, "see what the service imports", c.plan(), layers, []string{"--record", "--trees", trees}, mounts...)
	c.imports = exec.AddMount(smokeDir+"out", llb.Scratch())
	return c.imports
}

// smoke runs the gate in a rootfs, as the image will be run: with its environment, a
// read-only root, and no network. The program itself is root, so that it can write what
// it saw; the service is run as the image's user.
func (c *compiler) smoke(rootfs llb.State, name string, p smoke.Plan, layers []layer, args []string, mounts ...llb.RunOption) llb.ExecState {
	at := "command"
	if _, given := c.spec.Range("smoke"); given {
		at = "smoke"
	}
	const plan, removed, out = smokeDir + "plan.json", smokeDir + "removed", smokeDir + "out"
	// A plan is made of texts and numbers, so it can be written.
	data, _ := json.Marshal(p)
	file := llb.Scratch().File(llb.Mkfile("/plan.json", 0o644, data), c.op(stageSmoke, at, "write what to try")...)
	args = append([]string{smokeDir + "keelback-step", "smoke", "--plan", plan, "--out", out}, args...)
	for _, l := range layers {
		if l.report.Output() != nil && l.key != "" {
			mounts = append(mounts, llb.AddMount(path.Join(removed, l.key), l.report, llb.Readonly))
		}
	}
	opts := []llb.RunOption{
		llb.Args(append(args, "--removed", removed)),
		llb.AddMount(plan, file, llb.Readonly, llb.SourcePath("/plan.json")),
		llb.AddMount(smokeDir+"keelback-step", c.opt.Step, llb.Readonly, llb.SourcePath(stepPath)),
		llb.AddMount("/tmp", llb.Scratch(), llb.Tmpfs()),
		llb.ReadonlyRootFS(),
		llb.Platform(c.opt.BuildPlatform), // the program is for it; an emulator comes in with the service
		llb.Dir(appDir),
	}
	for _, kv := range c.imageConfig(nil).Config.Env {
		name, v, _ := strings.Cut(kv, "=")
		opts = append(opts, llb.AddEnv(name, v))
	}
	for _, dir := range c.spec.Writable {
		// What the image has there is there, too.
		opts = append(opts, llb.AddMount(dir, rootfs, llb.SourcePath(dir), llb.ForceNoOutput, llb.ContentCache(llb.MountContentCacheOff)))
	}
	return c.run(rootfs, stageSmoke, at, name, append(append(opts, mounts...), offline()...)...)
}

// requires makes the image depend on its checks, where the daemon can do that. Where it
// cannot they are left, to be made first. The report is not a check, but it is asked for
// with each image, so it is kept with it.
func (c *compiler) requires(rootfs, report llb.State, checks []llb.State) (st llb.State, left []llb.State) {
	if c.opt.Caps.Supports(pb.CapPassthroughOp) != nil {
		return rootfs, checks
	}
	inputs := []llb.PassthroughInput{{State: rootfs, Output: true}, {State: report}}
	for _, check := range checks {
		inputs = append(inputs, llb.PassthroughInput{State: check})
	}
	return rootfs.WithOutput(llb.NewPassthroughOp("checks", inputs, c.op(stageSmoke, "smoke", "the image has passed")...).Output()), nil
}
