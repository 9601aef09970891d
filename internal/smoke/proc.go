//go:build linux

package smoke

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// entry is a process as /proc/PID/stat has it; see proc_pid_stat(5).
type entry struct {
	pid, parent int
	state       byte // R running, S asleep, D in the kernel, Z ended
}

// processes lists all processes that can be seen.
func processes() []entry {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var out []entry
	for _, n := range names {
		pid, err := strconv.Atoi(n.Name())
		if err != nil {
			continue
		}
		if e, ok := readStat(fmt.Sprintf("/proc/%d/stat", pid)); ok {
			out = append(out, e)
		}
	}
	return out
}

// readStat reads the stat of a process or a thread. The second field is a name in
// parentheses that may itself have any character.
func readStat(file string) (entry, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return entry{}, false
	}
	pid, _, _ := bytes.Cut(text, []byte(" "))
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 2 {
		return entry{}, false
	}
	e := entry{state: fields[0][0]}
	var errPID, errParent error
	e.pid, errPID = strconv.Atoi(string(pid))
	e.parent, errParent = strconv.Atoi(fields[1])
	return e, errPID == nil && errParent == nil
}

// descendants are the processes below this one that have not ended. As process 1
// these are all others.
func descendants() []int {
	all := processes()
	below := map[int]bool{os.Getpid(): true}
	for grew := true; grew; {
		grew = false
		for _, e := range all {
			if below[e.parent] && !below[e.pid] {
				below[e.pid], grew = true, true
			}
		}
	}
	var out []int
	for _, e := range all {
		if below[e.pid] && e.pid != os.Getpid() && e.state != 'Z' && e.state != 'X' {
			out = append(out, e.pid)
		}
	}
	slices.Sort(out)
	return out
}

// killAll kills what is left of the service, however it detached itself.
func killAll() {
	for range 500 {
		left := descendants()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			// It may have ended meanwhile.
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// reap takes care of orphans, as process 1 has to. The returned function ends that.
func (r *runner) reap() (stop func(), err error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("subreaper: %w", err)
	}
	child, end := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(child, syscall.SIGCHLD)
	go func() {
		for {
			select {
			case <-end:
				return
			case <-child:
				r.reapOrphans()
			}
		}
	}()
	return func() {
		signal.Stop(child)
		close(end)
	}, nil
}

func (r *runner) reapOrphans() {
	for _, e := range processes() {
		if e.state != 'Z' || e.parent != os.Getpid() {
			continue
		}
		r.mu.Lock()
		if !r.own[e.pid] {
			// Another look at it comes with the next signal.
			_, _ = syscall.Wait4(e.pid, nil, syscall.WNOHANG, nil)
		}
		r.mu.Unlock()
	}
}

// catches reports whether a process handles a signal itself.
func catches(pid int, s syscall.Signal) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(text)) {
		if hex, ok := strings.CutPrefix(line, "SigCgt:"); ok {
			mask, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
			return err != nil || mask&(1<<(s-1)) != 0
		}
	}
	return true
}
