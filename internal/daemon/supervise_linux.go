package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/moby/buildkit/client"
)

const (
	// joinTimeout is the time that the first user has to come.
	joinTimeout = 15 * time.Second

	// lockTimeout is the time that the daemon of a killed supervisor has to go.
	lockTimeout = 20 * time.Second
)

// Supervise runs a daemon in dir for as long as it has users. The command is
// buildkitd with its arguments.
func Supervise(dir string, command []string) error {
	// The kernel tells buildkitd that its parent has died when the thread ends that
	// started it.
	runtime.LockOSThread()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()

	st := state(dir)
	running, err := lockFile(ctx, st.running())
	if err != nil {
		return err
	}
	defer running.Close()

	if err := os.Remove(st.hub()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	hub, err := net.Listen("unix", st.hub())
	if err != nil {
		return err
	}
	defer hub.Close()

	if err := awaitPredecessor(ctx, st); err != nil {
		return err
	}
	d, err := start(command)
	if err != nil {
		return err
	}
	return serve(ctx, st, hub, d)
}

// awaitPredecessor waits for a buildkitd whose supervisor was killed: it is told so
// by the kernel, but takes a moment to stop.
func awaitPredecessor(ctx context.Context, st state) error {
	if err := os.MkdirAll(st.root(), 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lockTimeout, errors.New("another buildkitd uses it"))
	defer cancel()
	lock, err := lockFile(ctx, st.root()+"/buildkitd.lock")
	if err != nil {
		return err
	}
	return lock.Close()
}

// process is a running buildkitd.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

func start(command []string) (*process, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, exited: make(chan struct{})}
	go func() {
		defer close(p.exited)
		_ = cmd.Wait() // its state is kept
	}()
	return p, nil
}

// stop ends the process, kindly at first.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.exited:
		return nil
	case <-time.After(stopTimeout):
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.exited
	return fmt.Errorf("supervisor: buildkitd was killed, as it did not stop in %s", stopTimeout)
}

// serve keeps the daemon until its last user has left.
func serve(ctx context.Context, st state, hub net.Listener, p *process) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	joined, left, answers := make(chan net.Conn), make(chan net.Conn), make(chan struct{})
	go accept(ctx, hub, joined, left)
	go func() {
		if awaitAnswer(ctx, st.address()) == nil {
			close(answers)
		}
	}()

	users := map[net.Conn]bool{}
	ready := false
	for unused := time.After(joinTimeout); ; {
		select {
		case conn := <-joined:
			users[conn], unused = true, nil
			if ready {
				tell(conn, wordReady)
			}
		case <-answers:
			ready, answers = true, nil
			for conn := range users {
				tell(conn, wordReady)
			}
		case conn := <-left:
			delete(users, conn)
			if len(users) > 0 {
				conn.Close()
				continue
			}
			// The connection stays open until this process ends: so the last user
			// knows when the daemon has stopped.
			hub.Close()
			return p.stop()
		case <-unused:
			hub.Close()
			return p.stop()
		case <-ctx.Done():
			hub.Close()
			return p.stop()
		case <-p.exited:
			for conn := range users {
				tell(conn, wordFailed)
			}
			return fmt.Errorf("supervisor: buildkitd has ended: %v", p.cmd.ProcessState)
		}
	}
}

// tell a user something. One that is not there any more is noticed as it leaves.
func tell(conn net.Conn, word string) {
	_, _ = io.WriteString(conn, word)
}

// accept hands over who joins and who leaves.
func accept(ctx context.Context, hub net.Listener, joined, left chan<- net.Conn) {
	for {
		conn, err := hub.Accept()
		if err != nil {
			return
		}
		go func() {
			send(ctx, joined, conn)
			_, _ = io.Copy(io.Discard, conn)
			send(ctx, left, conn)
		}()
	}
}

func send(ctx context.Context, to chan<- net.Conn, conn net.Conn) {
	select {
	case to <- conn:
	case <-ctx.Done():
	}
}

// awaitAnswer returns once a BuildKit answers at the address.
func awaitAnswer(ctx context.Context, address string) error {
	for {
		err := ask(ctx, address)
		if err == nil {
			return nil
		}
		if err := sleep(ctx, 30*time.Millisecond); err != nil {
			return err
		}
	}
}

func ask(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := client.New(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.ListWorkers(ctx)
	return err
}
