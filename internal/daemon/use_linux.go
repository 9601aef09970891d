package daemon

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// startTimeout is the time that buildkitd has to answer.
	startTimeout = time.Minute

	// maxSocketPath is what the kernel takes as the path of a socket.
	maxSocketPath = 107
)

// errLeaving is the answer of a supervisor that stops the daemon just now.
var errLeaving = errors.New("the daemon was stopped while it was joined")

// Use joins the daemon of the directory, starts it if it does not run, and returns
// when it answers.
func Use(ctx context.Context, opt Options) (*Lease, error) {
	st := state(opt.Dir)
	if len(st.socket()) > maxSocketPath {
		return nil, fmt.Errorf("%s: too long for the path of a socket (at most %d bytes): set XDG_CACHE_HOME to a shorter directory", st.socket(), maxSocketPath)
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("buildkitd: no answer in %s (its log: %s)", startTimeout, st.log()))
	defer cancel()
	for {
		conn, err := join(ctx, st, opt)
		if err != nil {
			return nil, err
		}
		err = awaitReady(ctx, st, conn)
		if err == nil {
			return &Lease{state: st, conn: conn}, nil
		}
		conn.Close()
		if !errors.Is(err, errLeaving) {
			return nil, err
		}
	}
}

// join connects to the hub, and starts a supervisor when there is none.
func join(ctx context.Context, st state, opt Options) (net.Conn, error) {
	gate, err := lockFile(ctx, st.starting())
	if err != nil {
		return nil, err
	}
	defer gate.Close()

	if conn, err := net.Dial("unix", st.hub()); err == nil {
		return conn, nil
	}
	exited, err := spawn(st, opt)
	if err != nil {
		return nil, err
	}
	for {
		if conn, err := net.Dial("unix", st.hub()); err == nil {
			return conn, nil
		}
		select {
		case <-exited:
			return nil, st.failure()
		default:
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// spawn starts a supervisor in a session of its own, so that a Ctrl-C which is meant
// for this build does not reach the daemon.
func spawn(st state, opt Options) (<-chan struct{}, error) {
	log, err := os.OpenFile(st.log(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()

	argv := slices.Concat(opt.Supervisor, []string{opt.Dir}, opt.Command, []string{
		"--root", st.root(),
		"--addr", st.address(),
		"--otel-socket-path", st.traces(),
	})
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "PATH="+opt.Path)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // the log tells why
	}()
	return exited, nil
}

// awaitReady waits until the supervisor says that the daemon answers.
func awaitReady(ctx context.Context, st state, conn net.Conn) error {
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	word, err := bufio.NewReader(conn).ReadString('\n')
	switch {
	case word == wordReady:
		return nil
	case word == wordFailed:
		return st.failure()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%w: %w", errLeaving, err)
	default:
		return fmt.Errorf("%s: answers %q, which no keelback says", st.hub(), word)
	}
}

// failure is the error of a daemon that did not start. It says what buildkitd said
// last, without the stack that goes with it, or else shows the end of the log.
func (s state) failure() error {
	const most = 10
	log, err := os.ReadFile(s.log())
	if err != nil {
		return err
	}
	lines := strings.Split(string(bytes.TrimSpace(log)), "\n")
	for _, line := range slices.Backward(lines) {
		if cause, ok := strings.CutPrefix(line, "buildkitd: "); ok {
			return fmt.Errorf("buildkitd: did not start: %s (its log: %s)", cause, s.log())
		}
	}
	lines = lines[max(0, len(lines)-most):]
	return fmt.Errorf("buildkitd: did not start (its log: %s)\n  %s", s.log(), strings.Join(lines, "\n  "))
}
