package llb

import (
	"strconv"

	"github.com/moby/buildkit/client/llb"
)

const (
	// ReportFile is where [Result.Report] has the report.
	ReportFile = "report.json"

	// GateFile is where [Result.Gate] has what was done.
	GateFile = "result.json"
)

// addUp adds up what is in the image, and what is not.
func (c *compiler) addUp(base llb.State, layers []layer) llb.State {
	trees := []tree{{name: "base", state: base}}
	var args []string
	var mounts []llb.RunOption
	for i, l := range layers {
		name := "layer" + strconv.Itoa(i)
		args = append(args, "--layer", mountDir+name+"="+l.name)
		mounts = append(mounts, llb.AddMount(mountDir+name, l.state, llb.Readonly))
		if l.report.Output() != nil {
			file := mountDir + "reports/" + strconv.Itoa(i)
			args = append(args, "--report", mountDir+name+"="+file+reportName)
			mounts = append(mounts, llb.AddMount(file, l.report, llb.Readonly))
		}
	}
	return c.step(step{
		stage: stageRuntime, path: "", name: "add up what is in the image",
		command: "report", args: args, trees: trees, mounts: mounts,
	}).state
}

// checkBudget fails where the image is over its budget.
func (c *compiler) checkBudget(layers []layer, report llb.State) llb.State {
	b := c.spec.Budget
	args := []string{
		"--size", strconv.FormatInt(int64(b.Size), 10),
		"--compressed", strconv.FormatInt(int64(b.Compressed), 10),
		"--packages", strconv.Itoa(b.Packages),
	}
	trees := []tree{{name: "report", state: report}}
	if b.Compressed > 0 {
		for i, l := range append([]layer{{name: "the base", state: c.images.base.state}}, layers...) {
			w := c.step(step{
				stage: stageRuntime, path: "budget.compressed", name: "weigh " + l.name,
				command: "weigh",
				args:    []string{"--name", l.name},
				trees:   []tree{{name: "tree", state: l.state}},
			})
			trees = append(trees, tree{name: "weight" + strconv.Itoa(i), state: w.state, flag: "weight"})
		}
	}
	return c.step(step{
		stage: stageRuntime, path: "budget", name: "hold the image against its budget",
		command: "budget", args: args, trees: trees,
	}).state
}
