package frontend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"golang.org/x/sync/errgroup"

	"github.com/keelback/keelback/llb"
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
	attempts map[string]int // that failed, by URL
}

func newDownloads(b *build) *downloads {
	return &downloads{build: b, attempts: map[string]int{}}
}

// failed is a copy of the attempts that failed.
func (d *downloads) failed() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.attempts)
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
		d.mu.Lock()
		d.attempts[f.URL] = attempt + 1
		d.mu.Unlock()
	}
}

// problem is the error of a file that cannot be had.
func (d *downloads) problem(f llb.Download, reason string, tries int) error {
	host := f.URL
	if u, err := url.Parse(f.URL); err == nil {
		host = u.Host
	}
	if tries > 1 {
		reason += fmt.Sprintf(" (tried %d times)", tries)
	}
	return d.spec.Errorf("dependencies", "%s: %s: %s from %s: %s", f.Place, f.Distribution, f.Name, host, reason)
}

var badStatus = regexp.MustCompile(`invalid response status ([0-9]+)`)

// diagnose tells why a download failed, and whether that may pass. With a checksum
// BuildKit takes the page of an error for the file and tells of its digest only, so the
// server is asked once more.
func (d *downloads) diagnose(ctx context.Context, f llb.Download, err error) (reason string, passes bool) {
	if errors.Is(err, errStalled) {
		return "the server stopped sending", true
	}
	if strings.Contains(err.Error(), "x509: ") {
		return lastOf(err) + " (the machine of the builder has to trust the server's authority)", false
	}
	if !strings.Contains(err.Error(), "digest mismatch") {
		return lastOf(err), true
	}
	meta, err := d.client.ResolveSourceMetadata(ctx, &pb.SourceOp{Identifier: f.URL + "#diagnosis=" + strconv.Itoa(d.failed()[f.URL])}, sourceresolver.Opt{LogName: "[wheels] ask again for " + f.Name})
	switch {
	case err == nil && meta.HTTP != nil && meta.HTTP.Digest.Encoded() == f.SHA256:
		return "the server sent something else once", true
	case err == nil && meta.HTTP != nil:
		return fmt.Sprintf("the server has another file of that name: the lock has sha256:%s, and what came is %s (if that is right, lock again)", f.SHA256, meta.HTTP.Digest), false
	case err == nil:
		return "not what the lock has", false
	}
	m := badStatus.FindStringSubmatch(err.Error())
	if m == nil {
		return lastOf(err), true
	}
	return status(f, m[1])
}

// status says what the status of an answer means.
func status(f llb.Download, code string) (reason string, passes bool) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return code, false
	}
	switch {
	case code == "401" || code == "403":
		return fmt.Sprintf("%s, access denied (give the build secret HTTP_AUTH_TOKEN_%s or HTTP_AUTH_HEADER_%s)", code, u.Hostname(), u.Hostname()), false
	case code == "404" || code == "410":
		return code + ", it is not there (lock again, or name a server that has it: dependencies: {mirror: URL})", false
	case code == "408" || code == "425" || code == "429" || strings.HasPrefix(code, "5"):
		return "the server answers " + code, true
	default:
		return "the server answers " + code, false
	}
}

// lastOf is the last part of an error, which says what happened.
func lastOf(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "x509: "); i >= 0 {
		return text[i+len("x509: "):]
	}
	for _, known := range []string{"connection refused", "connection reset by peer", "no such host", "i/o timeout", "unexpected EOF", "EOF"} {
		if strings.Contains(text, known) {
			return known
		}
	}
	return text
}
