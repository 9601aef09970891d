package smoke_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/keelback/keelback/internal/smoke"
)

// runVariable has the options of a run for the test binary that is started again.
const runVariable = "KEELBACK_SMOKE_RUN"

// TestMain runs a plan where a test asks for it: as process 1 of a container without
// network, which is what the package is for.
func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(runVariable); ok {
		if err := inside([]byte(text)); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// options are what a test runs with.
type options struct {
	Plan      *smoke.Plan
	Env       []string
	Recording *smoke.Recording

	// Result is the file for it. Empty: it is not written.
	Result string
}

// needsRoot is for what is done as users and in namespaces.
func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		unmet(t, os.Getenv("CI"), "only root can run as other users")
	}
}

// unmet skips a test that cannot be run on this machine. In CI it fails: nobody would
// see that it is never run.
func unmet(t testing.TB, ci, reason string) {
	t.Helper()
	if ci == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// outcome takes what a test would do.
type outcome struct {
	testing.TB
	said string
}

func (*outcome) Helper()             {}
func (o *outcome) Fatal(args ...any) { o.said = "fails: " + fmt.Sprint(args...) }
func (o *outcome) Skip(args ...any) {
	if o.said == "" {
		o.said = "skipped: " + fmt.Sprint(args...)
	}
}

func TestUnmetNeedsFailInCI(t *testing.T) {
	t.Parallel()
	for ci, want := range map[string]string{"true": "fails: no root", "": "skipped: no root"} {
		o := &outcome{}
		unmet(o, ci, "no root")
		if o.said != want {
			t.Errorf("CI=%s: %q, want %q", ci, o.said, want)
		}
	}
}

func inside(text []byte) error {
	var opt options
	if err := json.Unmarshal(text, &opt); err != nil {
		return err
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	result, err := smoke.Run(smoke.Options{Plan: opt.Plan, Env: opt.Env, Log: os.Stdout, Recording: opt.Recording})
	var failed *smoke.Failure
	if errors.As(err, &failed) {
		return errors.New(strings.TrimSuffix(failed.Problem+"\n"+failed.Advice, "\n"))
	}
	if err != nil || opt.Result == "" {
		return err
	}
	return result.Write(opt.Result)
}

// loopbackUp does what runc does in a container without network.
func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	request := struct {
		name  [unix.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{name: [unix.IFNAMSIZ]byte{'l', 'o'}, flags: unix.IFF_UP}
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); e != 0 {
		return e
	}
	return nil
}

// run runs a plan as process 1, and returns the log and the error.
func run(t *testing.T, opt options) (log, problem string) {
	t.Helper()
	needsRoot(t)
	text, err := json.Marshal(opt)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), runVariable+"="+string(text))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:   syscall.CLONE_NEWPID | syscall.CLONE_NEWNET,
		Unshareflags: syscall.CLONE_NEWNS,
		Pdeathsig:    syscall.SIGKILL,
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.Is(err, syscall.EPERM) {
		unmet(t, os.Getenv("CI"), "no namespaces can be made here")
	}
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stdout.String(), strings.TrimPrefix(stderr.String(), "error: ")
}

// interpreter is a Python that every user can run.
func interpreter(t *testing.T) string {
	t.Helper()
	for _, file := range []string{"/usr/bin/python3", "/usr/local/bin/python3"} {
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	unmet(t, os.Getenv("CI"), "no python3 for all users")
	return ""
}

// app lays out files in a directory that every user can read.
func app(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if bytes.HasPrefix(data, []byte("#!")) || bytes.HasPrefix(data, []byte("\x7fELF")) {
			mode = 0o755
		}
		if err := os.WriteFile(file, data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
