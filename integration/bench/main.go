// Command bench measures images of the examples that Keelback makes beside those of
// Dockerfiles: their sizes, how long they take to build and to start, and what is pushed.
//
//	make bench
//	go run ./integration/bench -quick -service fastapi -variant distroless
//
// All are built by one daemon on the same base images, from one index on loopback, and
// pushed to a registry in memory. Each round begins with a fresh checkout and nothing in
// the cache but the base images. A variant is known by its base and its name, such as
// Alpine/strip or slim/multi-stage, pip; testdata has the Dockerfiles. A run of all
// variants writes docs/benchmarks.md and docs/benchmarks.svg.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/moby/buildkit/client"

	"github.com/keelback/keelback/integration/internal/lab"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := runBench(ctx, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	rounds   int
	builds   int // rounds with builds
	services []service
	variant  string
	quick    bool
	render   bool
	check    bool
	results  string
	programs string
}

// all tells whether everything is measured that the documentation shows.
func (o options) all() bool {
	return len(o.services) == len(services()) && o.variant == "" && !o.quick
}

// variantsOf are the variants of a service that are wanted.
func (o options) variantsOf(s service) []variant {
	var list []variant
	for _, v := range variants() {
		if _, has := s.bases[v.base]; has && strings.Contains(v.id(), o.variant) {
			list = append(list, v)
		}
	}
	return list
}

func parse(args []string, cache string) (options, error) {
	var opt options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&opt.rounds, "n", 10, "rounds, of which medians are taken")
	flags.IntVar(&opt.builds, "builds", 0, "rounds in which builds are measured, not just starts; 0: all")
	name := flags.String("service", "", "only services whose name contains `TEXT`")
	flags.StringVar(&opt.variant, "variant", "", "only variants whose base/name contains `TEXT`")
	flags.BoolVar(&opt.quick, "quick", false, "one round of a cold build and a start")
	flags.BoolVar(&opt.render, "render", false, "measure nothing; write what -results has")
	flags.BoolVar(&opt.check, "check", false, "compare with the figures to reach; the exit code is 1 if one is missed")
	flags.StringVar(&opt.programs, "programs", "", "`DIR` of keelback, keelback-step, keelback-frontend and buildkitd, instead of bin")
	flags.StringVar(&opt.results, "results", filepath.Join(cache, "results.json"), "`FILE` to keep the results of all rounds in")
	if err := flags.Parse(args); err != nil {
		return opt, err
	}
	if opt.programs != "" && !filepath.IsAbs(opt.programs) {
		return opt, errors.New("-programs: not an absolute path")
	}
	if opt.quick {
		opt.rounds = 1
	}
	if opt.builds == 0 {
		opt.builds = opt.rounds
	}
	for _, s := range services() {
		if strings.Contains(s.name, *name) && len(opt.variantsOf(s)) > 0 {
			opt.services = append(opt.services, s)
		}
	}
	if len(opt.services) == 0 || opt.rounds < 1 || flags.NArg() > 0 {
		return opt, errors.New("nothing to measure (-h lists the flags)")
	}
	return opt, nil
}

// bench is what measuring needs.
type bench struct {
	repo, cache, tmp string
	out              io.Writer
	lab              *lab.Lab
	daemon           *client.Client
	wheels           *wheels
}

func runBench(ctx context.Context, out io.Writer, args []string) error {
	repo, err := os.Getwd()
	if err != nil {
		return err
	}
	cache := filepath.Join(lab.FromEnv(repo).Cache, "bench")
	opt, err := parse(args, cache)
	if err != nil {
		return err
	}
	rep, failed := measured(ctx, out, opt, repo, cache)
	if rep == nil {
		return failed
	}
	if _, err := io.WriteString(out, "\n"+tables(rep)); err != nil {
		return err
	}
	if opt.all() && failed == nil {
		if err := writeDocs(filepath.Join(repo, "docs"), rep); err != nil {
			return err
		}
	}
	if opt.check {
		failed = errors.Join(failed, check(out, rep.Results))
	}
	return failed
}

// measured measures, or reads what was measured.
func measured(ctx context.Context, out io.Writer, opt options, repo, cache string) (*report, error) {
	if opt.render {
		return readReport(opt.results)
	}
	return measureInLab(ctx, out, opt, repo, cache)
}

// measureInLab starts what is built with, and measures.
func measureInLab(ctx context.Context, out io.Writer, opt options, repo, cache string) (rep *report, err error) {
	b := &bench{repo: repo, cache: cache, out: out}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	if b.tmp, err = os.MkdirTemp("", "keelback-bench-"); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.tmp)) }()
	fmt.Fprintln(out, "starting a registry and BuildKit; base images and packages take a minute the first time")
	labs := lab.FromEnv(repo)
	labs.Frontend, labs.Programs, labs.Env = lab.NoFrontend, opt.programs, []string{"TMPDIR=" + b.tmp}
	labs.Bases = []string{"library/alpine:3.22", "python:" + alpinePython, "python:" + slimPython, "distroless/base-nossl-debian13", "astral-sh/uv"}
	if b.lab, err = lab.Start(ctx, labs); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.lab.Stop()) }()
	if b.daemon, err = client.New(ctx, b.lab.BuildKit); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.daemon.Close()) }()
	if err := b.prepare(ctx, opt); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.wheels.close()) }()
	return b.measureAll(ctx, opt)
}

// prepare gets what builds download, and serves it.
func (b *bench) prepare(ctx context.Context, opt options) error {
	if err := b.pullBases(ctx); err != nil {
		return err
	}
	dirs, err := b.fetchAll(ctx, opt.services)
	if err != nil {
		return err
	}
	b.wheels, err = startWheels(dirs)
	return err
}
