//go:build linux

package smoke

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// connectEvery and healthEvery are the pauses between two tries.
	connectEvery = 20 * time.Millisecond
	healthEvery  = 200 * time.Millisecond

	// stopWithin is what engines wait before they kill.
	stopWithin = 10 * time.Second
)

// serve starts the command, waits until it is healthy, and stops it.
func (t *trial) serve() error {
	if t.recording != nil {
		// What was imported before is not the service.
		if err := t.recording.prepare(); err != nil {
			return err
		}
	}
	started := time.Now()
	deadline := started.Add(t.timeout)
	p, err := t.start(t.plan.Command, true)
	if err != nil {
		return err
	}
	if err := t.untilHealthy(p, deadline); err != nil {
		return err
	}
	t.notef("healthy %s after its start", seconds(time.Since(started)))
	if t.recording != nil && !t.settle() {
		t.warnBusy()
	}
	return t.stop(p)
}

// untilHealthy waits for the port, and then for the health check.
func (t *trial) untilHealthy(p *process, deadline time.Time) error {
	for t.plan.Port > 0 && !reachable(t.plan.Port) {
		if p.ended() {
			return t.died(p, fmt.Sprintf("before it listened on port %d", t.plan.Port))
		}
		if time.Now().After(deadline) {
			where := listened()
			return t.failure(p, fmt.Sprintf("nothing listens on port %d after %s (%s)", t.plan.Port, seconds(t.timeout), whereListens(where)), where)
		}
		time.Sleep(connectEvery)
	}
	said := ""
	for {
		check, err := t.start(t.plan.Health, false)
		if err != nil {
			return fmt.Errorf("health: %w", err)
		}
		inTime := check.finish(deadline)
		if inTime || said == "" {
			said = answer(check, inTime)
		}
		switch {
		case inTime && check.succeeded():
			return nil
		case p.ended():
			return t.died(p, "before its health check passed")
		case !inTime || time.Now().After(deadline):
			return t.failure(p, fmt.Sprintf("the health check did not pass within %s: %s", seconds(t.timeout), said), nil)
		}
		time.Sleep(healthEvery)
	}
}

// answer is what a health check found that did not pass.
func answer(check *process, inTime bool) string {
	out := check.out.tail()
	switch {
	case len(out) > 0:
		return out[len(out)-1]
	case inTime:
		return "it " + check.outcome()
	}
	return "it got no answer"
}

// died is a service that ended by itself.
func (t *trial) died(p *process, when string) error {
	hint := ""
	if p.succeeded() {
		hint = " (a command has to stay in the foreground)"
	}
	return t.failure(p, fmt.Sprintf("the service %s %s%s", p.outcome(), when, hint), nil)
}

// failure ends the service and says what it wrote.
func (t *trial) failure(p *process, problem string, where []netip.AddrPort) *Failure {
	killAll()
	waitFor(p.read, grace)
	if len(where) > 0 {
		return &Failure{Problem: problem, Advice: portAdvice(where, t.plan.Port)}
	}
	return &Failure{Problem: problem, Advice: t.diagnose(p.out.tail())}
}

// portAdvice is for a service that listens somewhere else.
func portAdvice(where []netip.AddrPort, port int) string {
	for _, a := range where {
		if int(a.Port()) == port {
			return fmt.Sprintf("the health check asks 127.0.0.1:%d (command: listen on 0.0.0.0)", port)
		}
	}
	return fmt.Sprintf("the health check asks port %d (health: {port: %d}, or another port in command)", port, where[0].Port())
}

// stop ends the service as engines do. How it ends does not matter, only that it
// does.
func (t *trial) stop(p *process) error {
	s, err := t.plan.stopSignal()
	if err != nil {
		return err
	}
	if p.ended() {
		return t.died(p, "by itself once it was healthy")
	}
	handled := catches(p.cmd.Process.Pid, s)
	// It may end just now.
	_ = p.cmd.Process.Signal(s)
	stopped := waitFor(p.done, stopWithin)
	switch {
	case !stopped && t.recording != nil:
		return &Failure{
			Problem: fmt.Sprintf("the service does not end on %s, so what it imports cannot be listed for sure (handle the signal, or bytecode: compile)", unix.SignalName(s)),
		}
	case !stopped:
		t.warnf("the service does not stop within %s of %s: engines will kill it (stop_signal)", seconds(stopWithin), unix.SignalName(s))
	case !handled:
		t.notef("warning: the service does not handle %s: as process 1 of a container it will not stop on it (handle the signal, stop_signal, or an engine's --init)", unix.SignalName(s))
	}
	killAll()
	waitFor(p.read, grace)
	return nil
}
