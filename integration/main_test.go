//go:build integration

package integration

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/keelback/keelback/integration/internal/index"
	"github.com/keelback/keelback/integration/internal/lab"
	"github.com/keelback/keelback/integration/internal/runc"
	"github.com/rogpeppe/go-internal/testscript"
)

// running is the lab of this test run, set once before the first test.
var running *lab.Lab

func TestMain(m *testing.M) {
	code, err := withLab(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		code = 1
	}
	os.Exit(code)
}

func withLab(m *testing.M) (int, error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	repo, err := filepath.Abs("..")
	if err != nil {
		return 0, err
	}
	if running, err = lab.Start(ctx, lab.FromEnv(repo)); err != nil {
		return 0, err
	}
	// An interrupt ends the tests where they are, but not without ending the daemons.
	finish := context.AfterFunc(ctx, func() {
		err := running.Stop()
		closeContainers() // last, as scripts went on until the daemons were gone
		fmt.Fprintln(os.Stderr, "integration: interrupted:", err)
		os.Exit(1)
	})
	code := m.Run()
	finish()
	return code, running.Stop() // waits for a Stop that an interrupt has begun
}

// TestScripts runs each script of testdata, in a directory of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                "testdata",
		Setup:              setup,
		Cmds:               commands(),
		Condition:          condition,
		UpdateScripts:      os.Getenv("UPDATE_GOLDEN") != "" && os.Getenv("CI") == "",
		RequireUniqueNames: true,
	})
}

// condition is what scripts can ask about the run beside testscript's own conditions.
func condition(name string) (bool, error) {
	opt := lab.FromEnv("")
	switch name {
	case "dockerfile":
		return opt.Frontend == lab.FromDockerfile, nil
	case "public":
		return opt.Public, nil
	}
	return false, fmt.Errorf("no condition %q", name)
}

// setup gives a script its variables and a configuration of its own.
func setup(env *testscript.Env) error {
	config := filepath.Join(env.WorkDir, ".docker")
	plugins := filepath.Join(config, "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return err
	}
	buildx := filepath.Join(running.Bin, "buildx")
	if err := os.Symlink(buildx, filepath.Join(plugins, "docker-buildx")); err != nil {
		return err
	}
	examples, err := filepath.Abs("../examples")
	if err != nil {
		return err
	}
	for _, v := range [][2]string{
		{"PATH", running.Bin + ":" + env.Getenv("PATH")},
		{"HOME", env.WorkDir},
		{"XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache")},
		{"BUILDKIT_HOST", running.BuildKit},
		{"DOCKER_CONFIG", config},
		{"BUILDX_BUILDER", "lab"},
		{"REGISTRY", running.Registry},
		{"FRONTEND", running.Registry + "/" + lab.FrontendName},
		{"EXAMPLES", examples},
		{"BIN", running.Bin},
		{"CA", "/etc/ssl/certs/ca-certificates.crt"},
	} {
		env.Setenv(v[0], v[1])
	}
	env.Values[containersKey{}] = map[string]*runc.Container{}
	env.Values[indexesKey{}] = map[string]*index.Server{}
	create := exec.Command(buildx, "create", "--name", "lab", "--driver", "remote", running.BuildKit)
	create.Env = env.Vars
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("buildx create: %w: %s", err, out)
	}
	return nil
}

type command = func(ts *testscript.TestScript, neg bool, args []string)

// commands are what scripts have beside testscript's own.
func commands() map[string]command {
	cmds := map[string]command{
		"docker-engine": cmdDockerEngine,
		"unpack":        cmdUnpack,
		"manifest":      cmdManifest,
		"difftree":      cmdDiffTree,
		"provenance":    cmdProvenance,
		"free-port":     cmdFreePort,
		"http":          cmdHTTP,
		"index":         cmdIndex,
		"make-wheel":    cmdMakeWheel,
		"make-lock":     cmdMakeLock,
		"search-secret": cmdSearchSecret,
		"runc-start":    cmdRuncStart,
		"runc-run":      cmdRuncRun,
		"runc-exec":     cmdRuncExec,
		"runc-health":   cmdRuncHealth,
		"runc-logs":     cmdRuncLogs,
		"runc-stop":     cmdRuncStop,
	}
	for _, name := range []string{"keelback", "buildctl", "buildx", "docker"} {
		cmds[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			expect(ts, neg, ts.Exec(name, args...))
		}
	}
	return cmds
}

func cmdDockerEngine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: docker-engine")
	}
	address, err := running.Engine()
	ts.Check(err)
	ts.Setenv("DOCKER_HOST", address)
	ts.Setenv("BUILDX_BUILDER", "default")
}

// expect ends the script unless the command failed or not as the script says.
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
