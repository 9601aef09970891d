//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// lab is what the scripts of one run share.
type lab struct {
	repo     string // root of the repository
	cache    string // kept between runs
	dir      string // state of this run, removed at its end
	bin      string // first on PATH: the programs of bin and the tools
	registry string // HOST:PORT
	buildkit string // address of the daemon

	engine func() (*engine, error) // starts Docker Engine at the first call
	stops  []func()                // from last to first at the end
}

// public tells that images come from the public registries, not from stand-ins.
func public() bool { return os.Getenv("KEELBACK_PUBLIC_IMAGES") != "" }

func startLab(ctx context.Context) (*lab, error) {
	repo, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	l := &lab{repo: repo, cache: os.Getenv("KEELBACK_CACHE")}
	if l.cache == "" {
		l.cache = filepath.Join(repo, ".cache")
	}
	if l.dir, err = os.MkdirTemp("", "keelback-"); err != nil {
		return nil, err
	}
	l.bin = filepath.Join(l.dir, "bin")
	l.engine = sync.OnceValues(func() (*engine, error) { return l.startEngine(ctx) })
	for _, start := range []func(context.Context) error{
		l.linkPrograms, l.startRegistry, l.startBuildKit, l.pushBases, l.pushFrontend,
	} {
		if err := start(ctx); err != nil {
			l.stop()
			return nil, err
		}
	}
	return l, nil
}

// stop ends the daemons and removes their state, unless KEELBACK_KEEP is set.
func (l *lab) stop() {
	for i := len(l.stops) - 1; i >= 0; i-- {
		l.stops[i]()
	}
	if os.Getenv("KEELBACK_KEEP") != "" {
		fmt.Fprintln(os.Stderr, "integration: state is in", l.dir)
		return
	}
	if err := os.RemoveAll(l.dir); err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
	}
}

// linkPrograms puts all programs that scripts use into one directory.
func (l *lab) linkPrograms(context.Context) error {
	tools := os.Getenv("KEELBACK_TOOLS")
	if tools == "" {
		tools = filepath.Join(l.cache, "tools")
	}
	if err := os.MkdirAll(l.bin, 0o755); err != nil {
		return err
	}
	dirs := map[string][]string{
		filepath.Join(l.repo, "bin"): {"keelback", "keelback-frontend", "keelback-step", "buildkitd"},
		tools:                        {"buildctl", "buildx", "registry"},
	}
	for dir, names := range dirs {
		for _, name := range names {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err != nil {
				return fmt.Errorf("%w (make build tools)", err)
			}
			if err := os.Symlink(path, filepath.Join(l.bin, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lab) startRegistry(ctx context.Context) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	l.registry = fmt.Sprintf("127.0.0.1:%d", port)
	config := filepath.Join(l.dir, "registry.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: warn, accesslog: {disabled: true}}\n"+
		"storage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n", filepath.Join(l.dir, "registry"), l.registry)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return err
	}
	if err := l.daemon("registry", exec.Command(filepath.Join(l.bin, "registry"), "serve", config)); err != nil {
		return err
	}
	return waitFor(ctx, "registry", 20*time.Second, func() error {
		resp, err := http.Get("http://" + l.registry + "/v2/")
		if err != nil {
			return err
		}
		return resp.Body.Close()
	})
}

// startBuildKit starts a daemon for which the registry stands for all others. What
// the registry lacks comes from the public ones.
func (l *lab) startBuildKit(ctx context.Context) error {
	var config strings.Builder
	fmt.Fprintf(&config, "root = %q\n[worker.oci]\nnetworkMode = \"host\"\nsnapshotter = \"overlayfs\"\n"+
		"[worker.containerd]\nenabled = false\n[registry.%q]\nhttp = true\n", filepath.Join(l.dir, "buildkit"), l.registry)
	for _, host := range mirrored {
		fmt.Fprintf(&config, "[registry.%q]\nmirrors = [%q]\n", host, l.registry)
	}
	path := filepath.Join(l.dir, "buildkitd.toml")
	if err := os.WriteFile(path, []byte(config.String()), 0o644); err != nil {
		return err
	}
	l.buildkit = "unix://" + filepath.Join(l.dir, "buildkitd.sock")
	if err := l.daemon("buildkitd", exec.Command(filepath.Join(l.bin, "buildkitd"), "--config", path, "--addr", l.buildkit)); err != nil {
		return err
	}
	return waitFor(ctx, "buildkitd", 30*time.Second, func() error {
		return exec.CommandContext(ctx, filepath.Join(l.bin, "buildctl"), "--addr", l.buildkit, "debug", "workers").Run()
	})
}

// mirrored are the registries that the one of the lab stands for.
var mirrored = []string{"docker.io", "gcr.io", "ghcr.io"}

func (l *lab) pushBases(ctx context.Context) error {
	if public() {
		return nil
	}
	return l.bases(ctx, "-push", l.registry)
}

// bases runs the program that makes the base images.
func (l *lab) bases(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"run", "./integration/bases", "-cache", l.cache}, args...)...)
	cmd.Dir, cmd.Stderr = l.repo, os.Stderr
	return cmd.Run()
}

// setup gives a script its variables and a configuration of its own.
func (l *lab) setup(env *testscript.Env) error {
	config := filepath.Join(env.WorkDir, ".docker")
	plugins := filepath.Join(config, "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join(l.bin, "buildx"), filepath.Join(plugins, "docker-buildx")); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"PATH":           l.bin + ":" + env.Getenv("PATH"),
		"HOME":           env.WorkDir,
		"XDG_CACHE_HOME": filepath.Join(env.WorkDir, ".cache"),
		"BUILDKIT_HOST":  l.buildkit,
		"DOCKER_CONFIG":  config,
		"BUILDX_CONFIG":  filepath.Join(config, "buildx"),
		"BUILDX_BUILDER": "lab",
		"REGISTRY":       l.registry,
		"FRONTEND":       l.registry + "/" + frontendName,
		"EXAMPLES":       filepath.Join(l.repo, "examples"),
		"CA":             "/etc/ssl/certs/ca-certificates.crt",
	} {
		env.Setenv(name, value)
	}
	env.Values[containersKey{}] = map[string]*container{}
	create := exec.Command(filepath.Join(l.bin, "buildx"), "create", "--name", "lab", "--driver", "remote", l.buildkit)
	create.Env = env.Vars
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("buildx create: %w: %s", err, out)
	}
	return nil
}

// waitFor tries until there is no error.
func waitFor(ctx context.Context, what string, limit time.Duration, try func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := try()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not ready after %s: %w", what, limit, err)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
