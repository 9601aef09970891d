//go:build integration

package integration

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	os.Exit(runMain(m))
}

// running is the lab of this test run, set once before the first test.
var running *lab

func runMain(m *testing.M) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	l, err := startLab(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		return 1
	}
	defer l.stop()
	running = l
	return m.Run()
}

// TestScripts runs each script of testdata, with a working directory of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                "testdata",
		Setup:              running.setup,
		Cmds:               running.commands(),
		UpdateScripts:      os.Getenv("UPDATE_GOLDEN") != "" && os.Getenv("CI") == "",
		RequireUniqueNames: true,
	})
}

type command = func(ts *testscript.TestScript, neg bool, args []string)

// commands are what scripts have beside testscript's own.
func (l *lab) commands() map[string]command {
	cmds := map[string]command{
		"docker-engine": l.cmdDockerEngine,
		"unpack":        cmdUnpack,
		"manifest":      cmdManifest,
		"difftree":      cmdDiffTree,
		"provenance":    cmdProvenance,
		"free-port":     cmdFreePort,
		"http":          cmdHTTP,
		"runc-start":    cmdRuncStart,
		"runc-exec":     cmdRuncExec,
		"runc-health":   cmdRuncHealth,
		"runc-logs":     cmdRuncLogs,
		"runc-stop":     cmdRuncStop,
	}
	for _, name := range []string{"keelback", "buildctl", "buildx", "docker"} {
		cmds[name] = program(name)
	}
	return cmds
}

// program is the command that runs a program of that name.
func program(name string) command {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		expect(ts, neg, ts.Exec(name, args...))
	}
}

// expect ends the script unless the command failed as the script says.
func expect(ts *testscript.TestScript, neg bool, err error) {
	switch {
	case err != nil && !neg:
		ts.Fatalf("%v", err)
	case err != nil:
		ts.Logf("[%v]", err)
	case neg:
		ts.Fatalf("unexpected success")
	}
}
