package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary is also the supervisor, a build, and a stand-in for buildkitd.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	var err error
	switch os.Args[1] {
	case "supervise":
		err = Supervise(os.Args[2], os.Args[3:])
	case "build":
		err = fakeBuild(os.Args[2])
	case "buildkitd":
		if err := fakeBuildkitd(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintf(os.Stderr, "buildkitd: %v\nmain.main\n\tmain.go:1\n", err)
			os.Exit(1)
		}
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// fakeBuild uses the daemon until it is killed.
func fakeBuild(dir string) error {
	if _, err := Use(context.Background(), options(dir, "serve")); err != nil {
		return err
	}
	fmt.Println("joined")
	select {}
}

func options(dir, behaviour string) Options {
	exe := os.Args[0]
	return Options{
		Dir:        dir,
		Command:    []string{exe, "buildkitd", behaviour},
		Path:       os.Getenv("PATH"),
		Supervisor: []string{exe, "supervise"},
	}
}

// tempDir is a short one: the path of a socket must fit into 107 bytes.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "keelback")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func use(t *testing.T, dir string) *Lease {
	t.Helper()
	lease, err := Use(t.Context(), options(dir, "serve"))
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

// starts gives, for each start of a daemon, its process id and its supervisor's.
func starts(t *testing.T, dir string) (pids [][2]int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "starts"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var pid [2]int
		if _, err := fmt.Sscan(line, &pid[0], &pid[1]); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func wantGone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); alive(pid); {
		if time.Now().After(end) {
			t.Fatalf("process %d is still there", pid)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestBuildsAtTheSameTimeShareOneDaemon(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	leases := make([]*Lease, 5)
	var wg sync.WaitGroup
	for i := range leases {
		wg.Go(func() {
			var err error
			if leases[i], err = Use(t.Context(), options(dir, "serve")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	pids := starts(t, dir)
	if len(pids) != 1 {
		t.Fatalf("%d daemons were started, want 1", len(pids))
	}
	for _, lease := range leases {
		if err := ask(t.Context(), lease.Addr()); err != nil {
			t.Errorf("the daemon does not answer while it is used: %v", err)
		}
		if err := lease.Close(); err != nil {
			t.Error(err)
		}
	}
	if alive(pids[0][0]) {
		t.Error("the daemon lives after the last build has given it back")
	}
	wantGone(t, pids[0][1])
}

func TestTheNextBuildStartsTheDaemonAgain(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	for range 3 {
		if err := use(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(starts(t, dir)); got != 3 {
		t.Errorf("%d daemons were started, want 3", got)
	}
}

func TestBuildsThatComeWhileTheDaemonStopsGetANewOne(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 5 {
				lease, err := Use(t.Context(), options(dir, "serve"))
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Duration(7*i+3*j) * time.Millisecond)
				if err := ask(t.Context(), lease.Addr()); err != nil {
					t.Error(err)
				}
				lease.Close()
			}
		})
	}
	wg.Wait()
	for _, pid := range starts(t, dir) {
		wantGone(t, pid[0])
	}
}

func TestABuildThatIsTurnedAwayTriesAgain(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	hub, err := net.Listen("unix", state(dir).hub())
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Close()
	go func() {
		for _, word := range []string{"", "", wordReady} {
			conn, err := hub.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, word)
			conn.Close()
		}
	}()
	use(t, dir)
}

func TestAKilledBuildLeavesNoDaemonBehind(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	cmd := exec.Command(os.Args[0], "build", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("joined\n"))); err != nil {
		t.Fatal(err)
	}
	pid := starts(t, dir)[0]
	if !alive(pid[0]) {
		t.Fatal("no daemon")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	wantGone(t, pid[0])
	wantGone(t, pid[1])
}

func TestADaemonWhoseSupervisorWasKilledIsReplaced(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	use(t, dir)
	old := starts(t, dir)[0]
	if err := syscall.Kill(old[1], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	lease := use(t, dir)
	defer lease.Close()
	wantGone(t, old[0])
	if err := ask(t.Context(), lease.Addr()); err != nil {
		t.Errorf("the daemon went with the old one: %v", err)
	}
}

func TestSocketsLeftByAKilledDaemonAreReplaced(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	for _, path := range []string{state(dir).hub(), state(dir).socket()} {
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		l.Close()
	}
	if err := use(t, dir).Close(); err != nil {
		t.Error(err)
	}
}

func TestCtrlCDoesNotReachTheDaemon(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	defer use(t, dir).Close()
	daemon, err := sessionOf(starts(t, dir)[0][0])
	if err != nil {
		t.Fatal(err)
	}
	own, err := sessionOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if daemon == own {
		t.Errorf("the daemon is in the session of the build, %d", own)
	}
}

func sessionOf(pid int) (int, error) {
	id, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(id), nil
}

func TestADaemonThatDoesNotStartIsExplained(t *testing.T) {
	t.Parallel()
	for behaviour, want := range map[string]string{
		"fail":  "buildkitd: did not start: no room for snapshots (its log: LOG)",
		"crash": "buildkitd: did not start (its log: LOG)\n  SIGSEGV",
	} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			dir := tempDir(t)
			_, err := Use(t.Context(), options(dir, behaviour))
			want := strings.ReplaceAll(want, "LOG", filepath.Join(dir, "buildkitd.log"))
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestACancelledBuildDoesNotWaitForTheDaemon(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	time.AfterFunc(300*time.Millisecond, func() { cancel(enough) })
	if _, err := Use(ctx, options(dir, "hang")); !errors.Is(err, enough) {
		t.Errorf("got %v, want %v", err, enough)
	}
	for _, pid := range starts(t, dir) {
		wantGone(t, pid[0])
	}
}

func TestAPathTooLongForASocketIsAnError(t *testing.T) {
	t.Parallel()
	_, err := Use(t.Context(), options("/"+strings.Repeat("long/", 20), "serve"))
	if err == nil || !strings.Contains(err.Error(), "XDG_CACHE_HOME") {
		t.Errorf("got %v, want an error that names XDG_CACHE_HOME", err)
	}
}
