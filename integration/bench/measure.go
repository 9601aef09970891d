package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/keelback/keelback/integration/internal/oci"
)

// measureAll measures the variants of each service. What was measured is returned
// beside an error, too.
func (b *bench) measureAll(ctx context.Context, opt options) (rep *report, err error) {
	rep = &report{Processors: runtime.NumCPU()}
	for _, s := range opt.services {
		list := opt.variantsOf(s)
		own := make(results, len(list))
		for i, v := range list {
			own[i] = &result{Service: s.name, Variant: v.id()}
		}
		rep.Results = append(rep.Results, own...)
		for n := range opt.rounds {
			failed := b.measureRound(ctx, opt, s, list, own, n)
			if err = errors.Join(err, failed, rep.write(opt.results)); ctx.Err() != nil {
				return rep, err
			}
		}
	}
	return rep, err
}

// measureRound measures all variants once, so that what happens on the machine meanwhile
// meets all of them. A variant that has failed is left out of later rounds.
func (b *bench) measureRound(ctx context.Context, opt options, s service, list []variant, own results, n int) (err error) {
	for i, v := range list {
		if len(own[i].Rounds) < n || ctx.Err() != nil {
			continue
		}
		begin := time.Now()
		if failed := b.measure(ctx, opt, s, v, own[i]); failed != nil {
			err = errors.Join(err, fmt.Errorf("%s, %s: %w", s.name, v.id(), failed))
			fmt.Fprintf(b.out, "%s, %s: failed\n", s.name, v.id())
			continue
		}
		fmt.Fprintf(b.out, "%s, %s, round %d of %d: %.0f s\n", s.name, v.id(), n+1, opt.rounds, time.Since(begin).Seconds())
	}
	return err
}

// measure is one round of a variant.
func (b *bench) measure(ctx context.Context, opt options, s service, v variant, r *result) error {
	var m round
	unpacked := filepath.Join(b.tmp, "images", s.name, strings.NewReplacer("/", "-", " ", "-", ",", "").Replace(v.id()))
	if len(r.Rounds) < opt.builds {
		if err := b.measureBuilds(ctx, opt, s, v, r, &m, unpacked); err != nil {
			return err
		}
	}
	if opt.builds == 1 && len(r.Rounds) == 0 && !opt.quick {
		if err := b.buildAgain(ctx, s, v, r); err != nil {
			return err
		}
	}
	if err := measureStarts(ctx, opt, s, unpacked, &m); err != nil {
		return err
	}
	r.Rounds = append(r.Rounds, m)
	return nil
}

// measureBuilds builds a fresh checkout with an empty cache, and again after what
// happens to a checkout. In the first round it looks at the image.
func (b *bench) measureBuilds(ctx context.Context, opt options, s service, v variant, r *result, m *round, unpacked string) error {
	c, done, err := b.cleanCheckout(ctx, s, v)
	if err != nil {
		return err
	}
	defer done()
	registry := startRegistry()
	defer registry.close()
	image := registry.address + "/" + s.name
	took, err := b.build(ctx, v, c, image)
	if err != nil {
		return fmt.Errorf("cold build: %w", err)
	}
	m.Cold = took.Seconds()
	if err := r.addDigest(ctx, image); err != nil {
		return err
	}
	if r.Compressed == 0 {
		if err := r.look(image, unpacked); err != nil {
			return err
		}
		// The first start reads the files from disk.
		if _, _, err := start(ctx, unpacked, s, 2); err != nil {
			return err
		}
	}
	if opt.quick {
		return nil
	}
	for _, step := range []struct {
		name   string
		change func() error
		took   *float64
		bytes  *int64
		layers *int
	}{
		{"no-change build", func() error { return nil }, &m.NoChange, new(int64), new(int)},
		{"app edit", c.edit, &m.Edit, &m.EditBytes, &m.EditLayers},
		{"bump", c.bump, &m.Bump, &m.BumpBytes, &m.BumpLayers},
	} {
		if err := step.change(); err != nil {
			return err
		}
		registry.take()
		took, err := b.build(ctx, v, c, image)
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		*step.took = took.Seconds()
		*step.bytes, *step.layers = registry.take()
	}
	return nil
}

// cleanCheckout empties the cache, and makes a checkout.
func (b *bench) cleanCheckout(ctx context.Context, s service, v variant) (c checkout, done func(), err error) {
	if err := b.forget(ctx); err != nil {
		return c, nil, err
	}
	dir, err := os.MkdirTemp(b.tmp, "checkout-")
	if err != nil {
		return c, nil, err
	}
	done = func() { os.RemoveAll(dir) }
	if c, err = newCheckout(b.repo, dir, s); err == nil && v.ours() {
		err = c.setBytecode(v.base, v.name)
	}
	if err != nil {
		done()
	}
	return c, done, err
}

// buildAgain makes a second clean build, for its digest.
func (b *bench) buildAgain(ctx context.Context, s service, v variant, r *result) error {
	c, done, err := b.cleanCheckout(ctx, s, v)
	if err != nil {
		return err
	}
	defer done()
	registry := startRegistry()
	defer registry.close()
	image := registry.address + "/" + s.name
	if _, err := b.build(ctx, v, c, image); err != nil {
		return fmt.Errorf("second clean build: %w", err)
	}
	return r.addDigest(ctx, image)
}

func (r *result) addDigest(ctx context.Context, image string) error {
	digest, err := digestOf(ctx, image)
	r.Digests = append(r.Digests, digest)
	return err
}

// look unpacks an image and takes its sizes.
func (r *result) look(image, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	summary, err := oci.Unpack(image, "", dir)
	if err != nil {
		return err
	}
	r.Compressed, r.Unpacked, r.Layers = summary.Compressed, summary.Unpacked, len(summary.Layers)
	return filepath.WalkDir(filepath.Join(dir, "rootfs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			r.Files++
		}
		return err
	})
}

// measureStarts starts an image with many and with few processors. Its files are in
// memory, since it was started before.
func measureStarts(ctx context.Context, opt options, s service, dir string, m *round) error {
	took, memory, err := start(ctx, dir, s, 2)
	if err != nil {
		return err
	}
	m.Start, m.Memory = took.Seconds(), memory
	if opt.quick {
		return nil
	}
	took, _, err = start(ctx, dir, s, 0.5)
	m.SlowStart = took.Seconds()
	return err
}
