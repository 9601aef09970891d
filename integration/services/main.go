// Command services builds services that are made of packages of the public index,
// starts each image as strictly as a platform would, and uses it: what a health
// check does not reach is what slimming could have taken.
//
//	make test-services                        every service, for each runtime that has its wheels
//	go run ./integration/services -all        the other modes of slim and bytecode too
//	go run ./integration/services -only NAME  one of them
//
// Each has a directory here: what a user of Keelback would write, and a lock, which
// is made anew by
//
//	uv pip compile --universal --python-version 3.13 --generate-hashes \
//		--no-annotate --no-header requirements.in -o requirements.txt
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/keelback/keelback/integration/internal/lab"
)

func main() {
	var opt options
	flag.BoolVar(&opt.all, "all", false, "build each mode of slim and bytecode, and compare the answers with slim: none")
	flag.StringVar(&opt.only, "only", "", "names of services, or SERVICE/VARIANT, separated by commas")
	flag.StringVar(&opt.buildkit, "buildkit", "", "address of a BuildKit that runs and has the base images; default: one is started")
	flag.StringVar(&opt.programs, "programs", "", "directory of keelback and its programs; default: bin")
	flag.BoolVar(&opt.verbose, "v", false, "show the builds' progress")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, opt); err != nil {
		fmt.Fprintln(os.Stderr, "services:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	all      bool
	only     string
	buildkit string
	programs string
	verbose  bool
}

// wants tells whether a variant of a service was asked for.
func (o options) wants(s service, v variant) bool {
	if o.only == "" {
		return o.all || !v.extra
	}
	only := strings.Split(o.only, ",")
	return slices.Contains(only, s.name) && (o.all || !v.extra) || slices.Contains(only, s.name+"/"+v.name)
}

func run(ctx context.Context, opt options) (err error) {
	repo, err := os.Getwd()
	if err != nil {
		return err
	}
	b := builder{bin: opt.programs, buildkit: opt.buildkit, verbose: opt.verbose}
	if b.bin == "" {
		b.bin = filepath.Join(repo, "bin")
	}
	if b.buildkit == "" {
		l, err := startLab(ctx, repo, opt)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Stop()) }()
		b.bin, b.buildkit = l.Bin, l.BuildKit
	}
	failed := 0
	var rows []row
	for _, s := range services() {
		references := map[string][]answer{} // by spec
		for _, v := range s.variants() {
			if !opt.wants(s, v) {
				continue
			}
			r := b.try(ctx, repo, s, v, references)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			rows = append(rows, r)
			failed += r.print(os.Stdout)
		}
	}
	if err := table(os.Stdout, rows); err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("no service is called %q", opt.only)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d images do not work", failed, len(rows))
	}
	return nil
}

func startLab(ctx context.Context, repo string, opt options) (*lab.Lab, error) {
	fmt.Println("starting a registry and BuildKit; the base images take a minute the first time")
	o := lab.FromEnv(repo)
	o.Programs = opt.programs
	o.Frontend = lab.NoFrontend
	o.Bases = []string{
		"alpine:3.22", "python:3.13-alpine3.22", "python:3.14-slim-trixie",
		"distroless/base-nossl-debian13", "distroless/cc-debian13", "astral-sh/uv",
	}
	return lab.Start(ctx, o)
}
