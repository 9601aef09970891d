package llb

import (
	"slices"

	"github.com/moby/buildkit/client/llb"
)

// stepPath is where keelback-step lies, in the state that has it and in the steps.
const stepPath = "/keelback-step"

// outDir is where a step writes, below mountDir.
const (
	mountDir = "/mnt/"
	outDir   = mountDir + "out"
)

// step is one run of keelback-step: a command that reads trees and writes one.
type step struct {
	stage, path, name string

	command string
	args    []string

	// trees are the file systems that it reads.
	trees []tree

	// mounts are more of what it reads, which args name.
	mounts []llb.RunOption

	// at is its place, where that is not path in the spec.
	at llb.ConstraintsOpt

	// reports tells that the command says what it wrote.
	reports bool

	// onto is what it writes into. Zero: an empty file system.
	onto llb.State
}

// tree is a file system that a step reads, mounted at /mnt/NAME. The step is told
// by --NAME, or by another flag.
type tree struct {
	name  string
	state llb.State
	flag  string
}

// layer is a tree that becomes a layer of the image, and what it is.
type layer struct {
	name  string
	state llb.State

	// report is what the step says of it, or nothing.
	report llb.State

	// key names it among the layers that have modules. Empty: it has none.
	key string
}

func (l layer) empty() bool { return l.state.Output() == nil }

// reportFile is where a step writes what it did. The folder is a tree of its own, so
// that no layer depends on it.
const (
	reportDir  = mountDir + "report"
	reportName = "/report.json"
)

// step adds a run of keelback-step and returns what it wrote.
func (c *compiler) step(s step) layer {
	onto := s.onto
	if onto.Output() == nil {
		onto = llb.Scratch()
	}
	exec := c.exec(s)
	l := layer{name: s.name, state: exec.AddMount(outDir, onto)}
	if s.reports {
		l.report = exec.AddMount(reportDir, llb.Scratch())
	}
	return l
}

// exec runs keelback-step on the worker's own platform, without network, in an
// otherwise empty file system.
func (c *compiler) exec(s step) llb.ExecState {
	args := append([]string{stepPath, s.command, "--out", outDir}, s.args...)
	if s.reports {
		args = append(args, "--report", reportDir+reportName)
	}
	opts := []llb.RunOption{
		llb.AddMount(stepPath, c.opt.Step, llb.Readonly, llb.SourcePath(stepPath)),
		llb.Platform(c.opt.BuildPlatform),
		llb.With(llb.Network(llb.NetModeNone)),
	}
	for _, t := range s.trees {
		flag := t.flag
		if flag == "" {
			flag = t.name
		}
		args = append(args, "--"+flag, mountDir+t.name)
		opts = append(opts, llb.AddMount(mountDir+t.name, t.state, llb.Readonly))
	}
	opts = append(opts, s.mounts...)
	at := s.at
	if at == nil {
		at = c.at(s.path)
	}
	for _, o := range c.opAt(s.stage, at, "%s", s.name) {
		opts = append(opts, o)
	}
	return llb.Scratch().Run(append(opts, llb.Args(args))...)
}

// present are the layers that hold something.
func present(layers ...layer) []layer {
	return slices.DeleteFunc(layers, layer.empty)
}
