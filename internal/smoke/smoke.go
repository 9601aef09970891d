//go:build linux

package smoke

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/keelback/keelback/internal/report"
)

// Options are what [Run] needs.
type Options struct {
	Plan *Plan

	// Removed are the reports of what was left out of the image.
	Removed []*report.Layer

	// Env is the environment of the image.
	Env []string

	// Log gets what the processes write, and notes in lines that begin with `smoke:`.
	Log io.Writer

	// Recording asks for what was imported; see [Recording]. nil: it is not recorded.
	Recording *Recording
}

// Failure is what was tried and did not work.
type Failure struct {
	// Problem in one line.
	Problem string

	// Advice is what to change, or empty.
	Advice string
}

// Error is the problem, and at the end what to change. What the program wrote stands
// above it in the log.
func (f *Failure) Error() string {
	if f.Advice == "" {
		return f.Problem
	}
	return f.Problem + "\n" + f.Advice
}

// trial is one run of a plan.
type trial struct {
	*runner
	removed   []*report.Layer
	timeout   time.Duration
	recording *Recording
	result    Result
}

// Run does what the plan says, and returns what was done. A service that does not work
// is a [*Failure]. All processes below the calling one are ended when it returns.
func Run(opt Options) (*Result, error) {
	if err := opt.Plan.check(); err != nil {
		return nil, err
	}
	timeout, err := opt.Plan.timeout()
	if err != nil {
		return nil, err
	}
	t := &trial{
		runner:  &runner{plan: opt.Plan, env: environment(opt.Env, opt.Plan.User), log: &shared{to: opt.Log}, own: map[int]bool{}},
		removed: opt.Removed, timeout: timeout, recording: opt.Recording,
	}
	if err := t.prepare(); err != nil {
		return nil, err
	}
	stop, err := t.reap()
	if err != nil {
		return nil, err
	}
	defer stop()
	defer killAll()
	err = t.run()
	if errors.Is(err, syscall.ENOEXEC) && t.foreign() {
		err = t.notTried()
	}
	if err != nil {
		return nil, err
	}
	return &t.result, nil
}

func (t *trial) run() error {
	steps, err := t.steps()
	if err != nil {
		return err
	}
	t.result.Did = Found
	if len(steps) > 0 {
		if err := t.imports(steps); err != nil {
			return err
		}
		t.result.Did = Imported
	}
	if t.plan.starts() {
		if err := t.serve(); err != nil {
			return err
		}
		t.result.Did = Started
	}
	switch {
	case t.recording != nil:
		return t.recording.write(t.log)
	case t.plan.Measure:
		t.measure()
	}
	return nil
}

// foreign reports whether not even the interpreter of the image can be run here: its
// platform is another one, and there is no emulator.
func (t *trial) foreign() bool {
	_, err := t.start([]string{t.plan.Python, "-c", ""}, false)
	return errors.Is(err, syscall.ENOEXEC)
}

// notTried is for an image that cannot be run here. Nothing can be listed then, and
// what is in an image must not depend on what builds it.
func (t *trial) notTried() error {
	const what = "%s cannot be run by this builder (exec format error)"
	if t.recording != nil {
		return fmt.Errorf("record: "+what+", so what the service imports cannot be listed (bytecode: compile)", t.plan.Python)
	}
	t.result = Result{Did: NotTried}
	t.warnf(what+", so its image was not tried", t.plan.Python)
	return nil
}

// prepare makes folders that are mounted for the service what they are in the image.
func (t *trial) prepare() error {
	if os.Geteuid() == 0 {
		for _, dir := range t.plan.Writable {
			// The group of root may write: some clusters run images as any user of it.
			if err := errors.Join(os.Chown(dir, t.plan.User.UID, 0), os.Chmod(dir, 0o775)); err != nil {
				return fmt.Errorf("writable: %w", err)
			}
		}
	}
	if t.recording != nil {
		return t.recording.prepare()
	}
	return nil
}

// environment is the image's, with the home that engines give to the user.
func environment(env []string, u User) []string {
	home := variable(env, "HOME")
	if home != "" && home != "/root" {
		return env
	}
	if u.Home == "" {
		u.Home = "/"
	}
	out := make([]string, 0, len(env)+1)
	for _, e := range env {
		if !strings.HasPrefix(e, "HOME=") {
			out = append(out, e)
		}
	}
	return append(out, "HOME="+u.Home)
}

func (t *trial) notef(format string, args ...any) {
	fmt.Fprintf(t.log, "smoke: "+format+"\n", args...)
}

// seconds is a duration as people read it.
func seconds(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
