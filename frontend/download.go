package frontend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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

	// patience is how long a build may take before its downloads are watched.
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
	attempts map[string]int         // that failed, by URL
	denied   map[string]*spec.Error // by the host that refused a download
}

func newDownloads(b *build) *downloads {
	return &downloads{build: b, attempts: map[string]int{}, denied: map[string]*spec.Error{}}
}

// failed is a copy of the attempts that failed.
func (d *downloads) failed() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.attempts)
}

// netrc are the hosts that are asked once more, with the secret netrc.
func (d *downloads) netrc() map[string]bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	hosts := map[string]bool{}
	for host := range d.denied {
		hosts[host] = true
	}
	return hosts
}

// refused is the error of a host that refused a download, when it did not help to ask it
// with the secret netrc: there is none, or it is not right.
func (d *downloads) refused(err error) error {
	denied := d.firstDenied()
	switch text := err.Error(); {
	case denied != nil && strings.Contains(text, "secret netrc: not found"):
		return denied
	case denied != nil && strings.Contains(text, llb.NetrcFile):
		return d.spec.Errorf("dependencies", "%s; so it was with the secret netrc", denied.Msg)
	}
	return err
}

// firstDenied is the error of a host that refused a download, or nil.
func (d *downloads) firstDenied() *spec.Error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, host := range slices.Sorted(maps.Keys(d.denied)) {
		return d.denied[host]
	}
	return nil
}

// errStalled is the end of a build in which a download stood still.
var errStalled = errors.New("a download stands still")

// watch runs a solve. When it takes long, its downloads are looked at: one that stands
// still ends the solve with errStalled.
func (d *downloads) watch(ctx context.Context, files []llb.Download, solve func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(patience, func() {
		eg, ctx := errgroup.WithContext(ctx)
		for _, f := range files {
			eg.Go(func() error {
				err := d.try(ctx, f, d.failed()[f.URL])
				if errors.Is(err, errStalled) {
					d.fail(f)
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
	if err := solve(ctx); err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errStalled) {
			return cause
		}
		return err
	}
	return nil
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

// broken is the download that an error is about, if it is about one.
func (d *downloads) broken(ctx context.Context, files []llb.Download, err error) bool {
	if errors.Is(err, errStalled) {
		return true
	}
	var vertex *errdefs.VertexError
	if !errors.As(err, &vertex) {
		return false
	}
	failed := d.failed()
	for _, f := range files {
		def, err := f.State(failed[f.URL]).Marshal(ctx)
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
		reason, passes, denied := d.diagnose(ctx, f, err)
		tries := llb.MaxAttempts
		if errors.Is(err, errStalled) {
			tries = stalledTries
		}
		if !passes || attempt+1 >= tries {
			return d.giveUp(f, d.problem(f, reason, attempt+1), denied)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		d.fail(f)
	}
}

// fail counts an attempt that failed.
func (d *downloads) fail(f llb.Download) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts[f.URL]++
}

// giveUp takes an error for final, or keeps it until the host was asked with the secret
// netrc.
func (d *downloads) giveUp(f llb.Download, err *spec.Error, denied bool) error {
	if !denied {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	host := f.Host()
	if d.denied[host] == nil {
		d.denied[host] = err
	}
	return nil
}

// problem is the error of a file that cannot be had.
func (d *downloads) problem(f llb.Download, reason string, tries int) *spec.Error {
	if tries > 1 {
		reason += fmt.Sprintf(" (tried %d times)", tries)
	}
	return d.spec.Errorf("dependencies", "%s: %s: %s from %s: %s", f.Place, f.Distribution, f.Name, f.Server(), reason)
}
