//go:build linux

package smoke

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// runner starts processes as the user of the service.
type runner struct {
	plan *Plan
	env  []string
	log  *shared

	// mu guards what is started here, so that the reaper leaves it to its starter.
	mu  sync.Mutex
	own map[int]bool
}

// process is a program that was started.
type process struct {
	cmd  *exec.Cmd
	out  *lines
	done chan struct{} // closed when the process has ended
	read chan struct{} // closed when nothing holds its output any more
}

// start starts a program, with an input that is empty and one pipe for both
// outputs. When stream is set they also go to the log.
func (r *runner) start(argv []string, stream bool, extra ...*os.File) (*process, error) {
	file, err := find(argv[0], r.plan.Dir, variable(r.env, "PATH"))
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(r.plan.Dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("working directory %s: there is none in the image", r.plan.Dir)
	}
	from, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer to.Close()
	// Services open /dev/stdout anew, as their user.
	if err := to.Chown(r.plan.User.UID, r.plan.User.GID); err != nil {
		return nil, errors.Join(err, from.Close())
	}
	p := &process{out: &lines{}, done: make(chan struct{}), read: make(chan struct{})}
	if stream {
		p.out.to = r.log
	}
	p.cmd = &exec.Cmd{
		Path: file, Args: argv, Env: r.env, Dir: r.plan.Dir,
		Stdout: to, Stderr: to, ExtraFiles: extra, SysProcAttr: r.attributes(),
	}
	if err := r.fork(p.cmd); err != nil {
		return nil, errors.Join(notStarted(argv[0], err), from.Close())
	}
	go p.copy(from)
	go r.wait(p)
	return p, nil
}

// attributes make a process one of the service's user. A change from root drops all
// capabilities, and the new session keeps signals of terminals away.
func (r *runner) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() != 0 {
		return a
	}
	a.Credential = &syscall.Credential{Uid: uint32(r.plan.User.UID), Gid: uint32(r.plan.User.GID)}
	if p := r.plan.Port; p > 0 && p < 1024 {
		// Engines let every user listen on these.
		a.AmbientCaps = []uintptr{unix.CAP_NET_BIND_SERVICE}
	}
	return a
}

// fork starts a command from a thread that can gain no rights, which its children
// inherit.
func (r *runner) fork(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return err
	}
	r.own[cmd.Process.Pid] = true
	return nil
}

// notStarted says why a program that is there cannot be run.
func notStarted(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("command %q: the program that loads it is not in the image (it is for another C library)", name)
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("command %q: %w: not a program of this platform, and no script (its first line: #!INTERPRETER)", name, syscall.ENOEXEC)
	}
	return fmt.Errorf("command %q: %w", name, err)
}

func (p *process) copy(from *os.File) {
	defer close(p.read)
	defer from.Close()
	// The pipe has no other error than its end.
	_, _ = io.Copy(p.out, from)
	p.out.flush()
}

func (r *runner) wait(p *process) {
	defer close(p.done)
	// How it ended is in ProcessState.
	_ = p.cmd.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.own, p.cmd.Process.Pid)
}

// ended reports whether the process has ended.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// outcome says how the process ended.
func (p *process) outcome() string {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case !ok:
		return p.cmd.ProcessState.String()
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		return "was killed (out of memory?)"
	case status.Signaled():
		return "was ended by " + unix.SignalName(status.Signal())
	}
	return fmt.Sprintf("ended with exit code %d", status.ExitStatus())
}

// succeeded reports whether the process ended with exit code 0.
func (p *process) succeeded() bool { return p.ended() && p.cmd.ProcessState.Success() }

// finish waits for a program that ends by itself, until the deadline. It returns
// false when the program had to be killed.
func (p *process) finish(deadline time.Time) bool {
	ok := waitFor(p.done, time.Until(deadline)) || p.ended()
	if !ok {
		// It may end just now.
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	waitFor(p.read, grace)
	return ok
}

// grace is how long output is waited for once its writer has ended. Only what the
// writer left running can hold it longer.
const grace = time.Second

func waitFor(c <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-c:
		return true
	case <-t.C:
		return false
	}
}

// variable is the value of a variable; the last one counts.
func variable(env []string, name string) string {
	value := ""
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}
