package frontend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"golang.org/x/sync/errgroup"

	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

const (
	// stalledTries is how often a download is tried that stands still. Others are tried
	// [llb.MaxAttempts] times before a fault of the network is taken for good.
	stalledTries = 2

	// downloadsAtOnce is how many downloads run at a time once one has failed: the
	// server may be at its limits.
	downloadsAtOnce = 8

	// patience is how long a build may take before its downloads are watched, and the
	// least that each may take then.
	patience = 20 * time.Second

	// slowest is the speed, in bytes per second, below which a download is taken to
	// stand still.
	slowest = 32 << 10

	// unknownSize stands for the size of a file whose size the lock does not say.
	unknownSize = 8 << 20
)

// downloads sees to it that no build fails by a fault of the network that passes.
// BuildKit itself tries each download once, and waits for it for ever.
type downloads struct {
	*build

	repair   sync.Mutex // one platform at a time: they share most files
	mu       sync.Mutex
	attempts map[string]int // that failed, by URL
}

func newDownloads(b *build) *downloads { return &downloads{build: b, attempts: map[string]int{}} }

// failed is a copy of the attempts that failed.
func (d *downloads) failed() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.attempts)
}

// fail counts an attempt that failed, once: the builds of several platforms may have
// waited for it.
func (d *downloads) fail(f llb.Download, attempt int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts[f.URL] = max(d.attempts[f.URL], attempt+1)
}

// errStalled is the end of a build in which a download stood still.
var errStalled = errors.New("a download stands still")

// watch runs a solve. When it takes long, the downloads that it waits for are looked
// at: one that stands still ends the solve with errStalled.
func (d *downloads) watch(ctx context.Context, res *llb.Result, attempts map[string]int, solve func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(patience, func() {
		eg, ctx := errgroup.WithContext(ctx)
		for _, f := range res.Downloads {
			eg.Go(func() error {
				if !d.awaited(ctx, f) {
					return nil
				}
				err := d.try(ctx, f, attempts[f.URL])
				if errors.Is(err, errStalled) {
					d.fail(f, attempts[f.URL])
					return err
				}
				return nil // the solve itself meets all other errors
			})
		}
		if err := eg.Wait(); err != nil {
			cancel(err)
		}
	})
	defer timer.Stop()
	err := solve(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

// awaited tells whether the step that reads a download is still to be run. One whose
// result is known reads nothing, and what it would read must not be downloaded for a
// look at it.
func (d *downloads) awaited(ctx context.Context, f llb.Download) bool {
	ctx, cancel := context.WithTimeout(ctx, patience/4)
	defer cancel()
	def, err := f.Reader().Marshal(ctx)
	if err != nil {
		return false
	}
	_, err = d.client.Solve(ctx, client.SolveRequest{Definition: def.ToPB(), Evaluate: true})
	return err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// try makes one attempt at a download. An attempt that was made before in this build is
// joined, or its result taken.
func (d *downloads) try(ctx context.Context, f llb.Download, attempt int) error {
	size := f.Size
	if size == 0 {
		size = unknownSize
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience+time.Duration(size/slowest)*time.Second, errStalled)
	defer cancel()
	def, err := f.Retry(attempt).Marshal(ctx)
	if err != nil {
		return err
	}
	_, err = d.client.Solve(ctx, client.SolveRequest{Definition: def.ToPB(), Evaluate: true})
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

// isDownload tells whether an error is about a download, at the attempts that the
// failed graph was made with.
func (d *downloads) isDownload(ctx context.Context, files []llb.Download, attempts map[string]int, err error) bool {
	if errors.Is(err, errStalled) {
		return true
	}
	var vertex *errdefs.VertexError
	if !errors.As(err, &vertex) {
		return false
	}
	for _, f := range files {
		def, err := f.State(attempts[f.URL]).Marshal(ctx)
		if err != nil {
			return false
		}
		if dgst, err := def.Head(); err == nil && dgst.String() == vertex.Digest {
			return true
		}
	}
	return false
}

// mend downloads what is not there yet: with patience, a few at a time. The error is
// about one file that cannot be had.
func (d *downloads) mend(ctx context.Context, files []llb.Download) error {
	d.repair.Lock()
	defer d.repair.Unlock()
	eg, ctx := errgroup.WithContext(ctx)
	eg.SetLimit(downloadsAtOnce)
	for _, f := range files {
		eg.Go(func() error { return d.download(ctx, f) })
	}
	return eg.Wait()
}

// download makes attempts at a download until one works, a fault does not pass, or
// they are too many.
func (d *downloads) download(ctx context.Context, f llb.Download) error {
	for pause := time.Second; ; pause *= 2 {
		attempt := d.failed()[f.URL]
		err := d.try(ctx, f, attempt)
		if err == nil || ctx.Err() != nil {
			return err
		}
		reason, passes := d.diagnose(ctx, f, err)
		tries := llb.MaxAttempts
		if errors.Is(err, errStalled) {
			tries = stalledTries
		}
		if !passes || attempt+1 >= tries {
			return d.problem(f, reason, attempt+1)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		d.fail(f, attempt)
	}
}

// problem is the error of a file that cannot be had.
func (d *downloads) problem(f llb.Download, reason string, tries int) *spec.Error {
	if tries > 1 {
		reason += fmt.Sprintf(" (tried %d times)", tries)
	}
	return d.spec.Errorf("dependencies", "%s: %s: %s from %s: %s", f.Place, f.Distribution, f.Name, f.Server(), reason)
}
