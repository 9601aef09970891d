// Package lab runs what the tests and the demonstration build with: a registry on
// loopback that holds the base images and the frontend, a BuildKit daemon for
// which it stands for the public registries, and a Docker Engine.
package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Options of a lab.
type Options struct {
	Repo     string   // root of the repository
	Programs string   // directory of Keelback's programs and buildkitd; bin of the repository when empty
	Env      []string // what the environment of the BuildKit daemon has beside this process's
	Cache    string   // kept between runs; the tools are in its directory tools
	Public   bool     // use the public images instead of stand-ins
	Frontend Frontend // where the frontend's image comes from
	Bases    []string // what to make of the base images; all when empty
	Keep     bool     // leave the state of the run behind
}

// FromEnv returns the options that the environment sets: KEELBACK_CACHE,
// KEELBACK_PUBLIC_IMAGES, KEELBACK_FRONTEND and KEELBACK_KEEP.
func FromEnv(repo string) Options {
	opt := Options{
		Repo:     repo,
		Cache:    os.Getenv("KEELBACK_CACHE"),
		Public:   os.Getenv("KEELBACK_PUBLIC_IMAGES") != "",
		Frontend: Frontend(os.Getenv("KEELBACK_FRONTEND")),
		Keep:     os.Getenv("KEELBACK_KEEP") != "",
	}
	if opt.Cache == "" {
		opt.Cache = filepath.Join(repo, ".cache")
	}
	return opt
}

// Lab is a running lab.
type Lab struct {
	Bin      string // directory with the programs of bin and the tools, for PATH
	Registry string // HOST:PORT
	BuildKit string // address of the daemon

	// Engine starts the Docker Engine at the first call, and returns its address.
	Engine func() (string, error)

	opt   Options
	dir   string   // state of this run
	stops []func() // from last to first at the end
	stop  func() error
}

// Start starts a lab. Stop ends it, also when the context does not.
func Start(ctx context.Context, opt Options) (*Lab, error) {
	dir, err := os.MkdirTemp("", "keelback-")
	if err != nil {
		return nil, err
	}
	l := &Lab{Bin: filepath.Join(dir, "bin"), opt: opt, dir: dir}
	l.Engine = sync.OnceValues(func() (string, error) { return l.startEngine(ctx) })
	l.stop = sync.OnceValue(l.tearDown)
	for _, start := range []func(context.Context) error{
		l.linkPrograms, l.startRegistry, l.startBuildKit, l.pushBases, l.pushFrontend,
	} {
		if err := start(ctx); err != nil {
			return nil, errors.Join(err, l.Stop())
		}
	}
	return l, nil
}

// Stop ends the daemons and removes their state. It may be called more than once.
func (l *Lab) Stop() error { return l.stop() }

func (l *Lab) tearDown() error {
	for i := len(l.stops) - 1; i >= 0; i-- {
		l.stops[i]()
	}
	if l.opt.Keep {
		fmt.Fprintln(os.Stderr, "lab: state is in", l.dir)
		return nil
	}
	return os.RemoveAll(l.dir)
}

// linkPrograms puts all programs into one directory.
func (l *Lab) linkPrograms(context.Context) error {
	if err := os.MkdirAll(l.Bin, 0o755); err != nil {
		return err
	}
	for dir, names := range map[string][]string{
		cmp.Or(l.opt.Programs, filepath.Join(l.opt.Repo, "bin")): {"keelback", "keelback-frontend", "keelback-step", "buildkitd"},
		filepath.Join(l.opt.Cache, "tools"):                      {"buildctl", "buildx", "registry"},
	} {
		for _, name := range names {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err != nil {
				return fmt.Errorf("%w (make build tools)", err)
			}
			if err := os.Symlink(path, filepath.Join(l.Bin, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// program returns the command that runs one of the programs.
func (l *Lab) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, filepath.Join(l.Bin, name), args...)
}

func (l *Lab) pushBases(ctx context.Context) error {
	if l.opt.Public {
		return nil
	}
	return l.bases(ctx, append([]string{"-push", l.Registry}, l.opt.Bases...)...)
}

// bases runs the program that makes the base images, which an interrupt lets clean up.
func (l *Lab) bases(ctx context.Context, args ...string) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", l.Bin+"/", "./integration/bases")
	build.Dir, build.Stderr = l.opt.Repo, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("base images: %w", err)
	}
	cmd := l.program(ctx, "bases", append([]string{"-cache", l.opt.Cache}, args...)...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("base images: %w", err)
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
