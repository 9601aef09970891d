//go:build linux

package smoke

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ParsePlan reads a plan from JSON, and checks it.
func ParsePlan(data []byte) (*Plan, error) {
	p := &Plan{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return p, p.check()
}

func (p *Plan) check() error {
	if _, err := p.timeout(); err != nil {
		return err
	}
	if _, err := p.stopSignal(); err != nil {
		return err
	}
	for _, dir := range append([]string{p.Dir, p.Python}, p.Writable...) {
		if !path.IsAbs(dir) {
			return fmt.Errorf("plan: %q is not an absolute path", dir)
		}
	}
	switch {
	case p.Port < 0 || p.Port > 65535:
		return fmt.Errorf("plan: port %d is not in 0..65535", p.Port)
	case p.User.UID < 0 || p.User.GID < 0:
		return fmt.Errorf("plan: %d:%d is no user", p.User.UID, p.User.GID)
	case len(p.Command) == 0 && (p.Module || len(p.Health) > 0 || p.Port > 0):
		return errors.New("plan: there is no command to start")
	case p.Module && len(p.Health) > 0, p.Port > 0 && len(p.Health) == 0:
		return errors.New("plan: health is for a command that is started, port for one that has it")
	case len(p.Command) > 0 && !p.Module && len(p.Health) == 0:
		return errors.New("plan: neither health nor module: nothing tells whether the command works")
	case len(p.Command) == 0 && len(p.Imports) == 0:
		return errors.New("plan: neither command nor imports")
	}
	return nil
}

// starts reports whether the command is started.
func (p *Plan) starts() bool { return len(p.Health) > 0 }

func (p *Plan) timeout() (time.Duration, error) {
	if p.Timeout == "" {
		return time.Minute, nil
	}
	d, err := time.ParseDuration(p.Timeout)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("plan: timeout: %q is not a duration such as 60s", p.Timeout)
	}
	return d, nil
}

// stopSignal takes a signal as engines do: with or without SIG, or by its number.
func (p *Plan) stopSignal() (syscall.Signal, error) {
	if p.StopSignal == "" {
		return syscall.SIGTERM, nil
	}
	if n, err := strconv.Atoi(p.StopSignal); err == nil && n > 0 && n < 65 {
		return syscall.Signal(n), nil
	}
	name := "SIG" + strings.TrimPrefix(strings.ToUpper(p.StopSignal), "SIG")
	if s := unix.SignalNum(name); s != 0 {
		return s, nil
	}
	if n, ok := realTime(name); ok {
		return syscall.Signal(n), nil
	}
	return 0, fmt.Errorf("plan: stop_signal: %q is no signal", p.StopSignal)
}

// realTime is the number of SIGRTMIN+N or SIGRTMAX-N, counted as libc does it.
func realTime(name string) (int, bool) {
	for prefix, first := range map[string]int{"SIGRTMIN": 34, "SIGRTMAX": 64} {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		n, err := strconv.Atoi("0" + strings.TrimLeft(rest, "+-"))
		if strings.HasPrefix(rest, "-") {
			n = -n
		}
		return first + n, err == nil && first+n >= 34 && first+n <= 64
	}
	return 0, false
}
