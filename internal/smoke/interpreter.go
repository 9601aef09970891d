//go:build linux

package smoke

import (
	"bufio"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// pythonRun is a Python that took steps, and has ended.
type pythonRun struct {
	*process

	// said are the lines that it wrote to file descriptor 3: steps and figures. It has
	// at least one, which may be empty.
	said []string

	// stopped tells that it was ended while it ran a script.
	stopped bool

	// inTime tells that it ended, or was stopped, before the deadline.
	inTime bool
}

// python runs one of the programs of this package. A script that still runs after
// the given time is stopped as soon as it waits; all is at the deadline.
func (t *trial) python(program string, steps []string, stream bool, script time.Duration, deadline time.Time) (*pythonRun, error) {
	from, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer from.Close()
	argv := append([]string{t.plan.Python, "-c", stepsProgram + program}, steps...)
	argv = append(append(argv, "--"), arguments(t.plan.Command, steps)...)
	p, err := t.start(argv, stream, to)
	// What is at hand here would keep the pipe open.
	_ = to.Close()
	if err != nil {
		return nil, err
	}
	said, begun := make(chan []string, 1), make(chan struct{})
	go listen(from, said, begun)
	r := &pythonRun{process: p}
	r.stopped = t.untilScriptWaits(p, begun, script, deadline)
	r.inTime = r.stopped
	if r.stopped {
		// It may end just now.
		_ = p.cmd.Process.Kill()
	}
	if p.finish(deadline) {
		r.inTime = true
	}
	killAll()
	r.said = <-said
	return r, nil
}

// untilScriptWaits waits until the process ends, or is to be stopped: its script has
// run for the given time, and then waits for something.
func (t *trial) untilScriptWaits(p *process, begun <-chan struct{}, script time.Duration, deadline time.Time) bool {
	late := time.NewTimer(max(time.Until(deadline), 0))
	defer late.Stop()
	select {
	case <-p.done:
		return false
	case <-late.C:
		return false
	case <-begun:
	}
	if waitFor(p.done, min(script, time.Until(deadline))) {
		return false
	}
	if !t.settle() && t.recording != nil {
		t.warnBusy()
	}
	return !p.ended()
}

// listen reads lines until nothing holds the pipe any more. It closes begun at the
// one that announces a script.
func listen(from *os.File, said chan<- []string, begun chan struct{}) {
	var all []string
	// A pipe has no other error than its end.
	for lines := bufio.NewScanner(from); lines.Scan(); {
		all = append(all, lines.Text())
		if strings.HasPrefix(lines.Text(), "script ") && begun != nil {
			close(begun)
			begun = nil
		}
	}
	if all == nil {
		all = []string{""}
	}
	said <- all
}

// arguments are those that a command gives to its script, the last of the steps.
func arguments(command, steps []string) []string {
	if len(command) == 0 || !isPython.MatchString(path.Base(command[0])) {
		return nil
	}
	file, ok := strings.CutPrefix(steps[len(steps)-1], "script ")
	at := slices.Index(command, file)
	if !ok || at < 0 {
		return nil
	}
	return command[at+1:]
}
