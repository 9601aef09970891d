package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/cli/cli/config"
	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/util/grpcerrors"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"
)

// product is the name of this program for BuildKit.
const product = "keelback"

// solver are the flags about who builds, and how that is shown.
type solver struct {
	addr, step, progress string
}

func (s *solver) addFlags(flags *pflag.FlagSet, env lookup) {
	progress := string(progressui.AutoMode)
	if value, ok := env("BUILDKIT_PROGRESS"); ok && value != "" {
		progress = value
	}
	flags.StringVar(&s.addr, "addr", "", "address of BuildKit (default $BUILDKIT_HOST, else a buildkitd is started)")
	flags.StringVar(&s.step, "step", "", stepName+" for build steps: a file, oci-layout://DIR or docker-image://REF (default the one beside keelback)")
	flags.StringVar(&s.progress, "progress", progress, "how progress is shown: auto, plain, tty, quiet or rawjson")
}

func (s *solver) quiet() bool { return s.progress == string(progressui.QuietMode) }

// answer is what came of a solve.
type answer struct {
	// exported is what the exporters say, such as the digest.
	exported map[string]string

	// metadata is what the frontend says, such as the image config.
	metadata map[string][]byte
}

// solveOpt turns flags into what a solve is asked for, but for its outputs and what
// depends on the worker.
func (a *app) solveOpt(in *inputs) (client.SolveOpt, error) {
	return in.solveOpt(a.env, config.LoadDefaultConfigFile(a.stderr))
}

// solve runs the frontend in this process.
func (a *app) solve(ctx context.Context, s *solver, opt client.SolveOpt) (_ *answer, err error) {
	display, err := progressui.NewDisplay(a.stderr, progressui.DisplayMode(s.progress))
	if err != nil {
		return nil, usagef("--progress %s: %w", s.progress, err)
	}
	b, err := a.connect(ctx, s.addr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if err := addStep(&opt, s.step, b.arch); err != nil {
		return nil, err
	}

	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	checkMounts(&opt, fail)

	var response *client.SolveResponse
	var warnings []client.VertexWarning
	f := &frontendRun{build: a.build}
	statuses := make(chan *client.SolveStatus)
	eg := errgroup.Group{}
	eg.Go(func() (err error) {
		response, err = b.Build(ctx, opt, product, f.run, statuses)
		return f.explain(err)
	})
	eg.Go(func() (err error) {
		// Not ended by ctx: what was cancelled is shown as such.
		warnings, err = display.UpdateFrom(context.WithoutCancel(ctx), statuses)
		return err
	})
	err = eg.Wait()
	var unreadable *unreadableError
	if errors.As(context.Cause(ctx), &unreadable) {
		return nil, unreadable
	}
	if !s.quiet() && s.progress != string(progressui.RawJSONMode) {
		a.printWarnings(warnings)
	}
	if err != nil && b.lease != nil && grpcerrors.Code(err) == codes.Unavailable {
		return nil, fmt.Errorf("%w (log of buildkitd: %s)", err, b.lease.Log())
	}
	if err != nil {
		return nil, err
	}
	return &answer{exported: response.ExporterResponse, metadata: f.metadata}, nil
}

// frontendRun keeps what is lost of a frontend's result on its way through the daemon.
type frontendRun struct {
	build    gateway.BuildFunc
	metadata map[string][]byte
	err      error
}

func (f *frontendRun) run(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
	res, err := f.build(ctx, c)
	f.err = err
	if res != nil {
		f.metadata = res.Metadata
	}
	return res, err
}

// explain gives the frontend's own error where there is one: it says more than what
// the daemon makes of it.
func (f *frontendRun) explain(err error) error {
	if err != nil && f.err != nil {
		return f.err
	}
	return err
}
