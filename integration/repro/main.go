// Command repro shows that images depend on what they are made of and on nothing else.
// It makes every build twice, in worlds that differ in what must not matter, and
// compares the digests of the platforms' manifests; it exits with 1 on any difference,
// and prints the layers and files that differ.
//
//	make repro
//
// Each world has a registry, a BuildKit daemon and caches of its own, and all steps are
// run. The second one differs in its directories, the times and modes (umask) of the
// context's files, the time zone, the number of processors, and the clock: there
// buildkitd, keelback and keelback-step are built with a package time that is days
// ahead. The clock of the kernel is the same, since only a virtual machine could change
// it; so the times of new files, and what python or uv in a step take for the time, are
// those of this machine. None of them comes from a daemon of another release: the
// claim is about one.
//
// What is built: all specs of examples, from a folder; one of them from a git
// repository at two commits, between which the code of the service changed; and a
// project of another name with the same dependencies. The layers of the dependencies
// have to be the same in all of these.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/keelback/keelback/integration/internal/lab"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	same, err := run(ctx, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "repro:", err)
	}
	if err != nil || !same {
		os.Exit(1)
	}
}

// run tells whether all is the same.
func run(ctx context.Context, out io.Writer) (same bool, err error) {
	repo, err := os.Getwd()
	if err != nil {
		return false, err
	}
	tmp, err := os.MkdirTemp("", "keelback-repro-")
	if err != nil {
		return false, err
	}
	defer func() {
		if !lab.FromEnv(repo).Keep {
			err = errors.Join(err, os.RemoveAll(tmp))
		}
	}()
	here, ahead, err := worlds(ctx, repo, tmp, out)
	if err != nil {
		return false, err
	}
	var results [2]map[string]*image
	for i, w := range []world{here, ahead} {
		if results[i], err = buildAll(ctx, repo, w, out); err != nil {
			return false, fmt.Errorf("%s: %w", w.name, err)
		}
	}
	fmt.Fprintln(out)
	across, err := compareWorlds(out, results[0], results[1])
	if err != nil {
		return false, err
	}
	within, err := compareProjects(out, results[0])
	return across && within, err
}

// buildAll makes all builds in a world, and returns the images by the names of the
// builds and their platforms.
func buildAll(ctx context.Context, repo string, w world, out io.Writer) (images map[string]*image, err error) {
	fmt.Fprintf(out, "%s: starting a registry and BuildKit\n", w.name)
	opt := lab.FromEnv(repo)
	opt.Frontend, opt.Programs, opt.Env = lab.NoFrontend, w.programs, w.env
	l, err := lab.Start(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Stop()) }()
	builds, stop, err := prepare(ctx, repo, w)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	images = map[string]*image{}
	for _, b := range builds {
		fmt.Fprintf(out, "%s: %s\n", w.name, b.name)
		layout := filepath.Join(w.dir, "out", strings.ReplaceAll(b.name, "/", "-"))
		if err := build(ctx, l, w, b, layout); err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
		if err := readImages(images, b.name, layout); err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return images, nil
}

// authorities are the machine's own, for those who are behind a proxy that ends TLS.
const authorities = "/etc/ssl/certs/ca-certificates.crt"

// platforms are what is built for. The second one has to do without running any of its
// programs.
const platforms = "linux/amd64,linux/arm64"

// build builds an image into an OCI layout.
func build(ctx context.Context, l *lab.Lab, w world, b source, layout string) error {
	args := []string{
		"build", b.context, "--file", b.spec, "--platform", platforms, "--no-cache", "--provenance=false",
		"--progress", "plain", "--output", "type=oci,tar=false,dest=" + layout,
	}
	if _, err := os.Stat(authorities); err == nil {
		args = append(args, "--secret", "id=ca,src="+authorities)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(l.Bin, "keelback"), args...)
	cmd.Env = append(os.Environ(), append(w.env, "BUILDKIT_HOST="+l.BuildKit)...)
	if log, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, log)
	}
	return nil
}

// table starts a table; its cells are separated by tabs.
func table(out io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(out, 0, 0, 2, ' ', 0) }
