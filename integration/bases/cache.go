package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// sources are what an image depends on: the pins and how they are put together.
//
//go:embed *.go
var sources embed.FS

// made is an image of the cache.
type made struct {
	refs  []string
	index v1.ImageIndex
}

// makeAll returns the images of the recipes, making those that the cache lacks.
func makeAll(ctx context.Context, cache string, recipes []recipe) ([]made, error) {
	key, err := cacheKey()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cache, "bases", key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, filepath.Join(cache, "bases.lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := prune(dir, time.Now()); err != nil {
		return nil, err
	}

	m := newMaker(cache)
	all := make([]made, len(recipes))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, r := range recipes {
		group.Go(func() error {
			idx, err := m.image(ctx, dir, r)
			if err != nil {
				return fmt.Errorf("%s: %w", r.refs[0], err)
			}
			all[i] = made{refs: r.refs, index: idx}
			return nil
		})
	}
	return all, group.Wait()
}

// prune marks the images of this program as used, and removes those of its older
// versions that nobody has used for two weeks.
func prune(dir string, now time.Time) error {
	if err := os.Chtimes(dir, now, now); err != nil {
		return err
	}
	versions, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		return err
	}
	for _, v := range versions {
		info, err := v.Info()
		if err != nil {
			return err
		}
		if now.Sub(info.ModTime()) > 14*24*time.Hour {
			if err := os.RemoveAll(filepath.Join(filepath.Dir(dir), v.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// cacheKey changes with everything that the images are made of but Debian's
// point releases: this program, and the Go tree that the golang image has.
func cacheKey() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version())
	files, err := sources.ReadDir(".")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		data, err := sources.ReadFile(f.Name())
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %x\n", f.Name(), sha256.Sum256(data))
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// lock keeps two runs from making the same images at once.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// image returns the image of a recipe from the cache, or makes it.
func (m *maker) image(ctx context.Context, dir string, r recipe) (v1.ImageIndex, error) {
	dir = filepath.Join(dir, strings.NewReplacer("/", "_", ":", "_").Replace(r.refs[0]))
	if idx, err := layout.ImageIndexFromPath(dir); err == nil {
		return idx, nil
	}
	start := time.Now()
	images, err := r.build(ctx, m)
	if err != nil {
		return nil, err
	}
	idx, err := index(images)
	if err != nil {
		return nil, err
	}
	tmp := dir + ".tmp"
	if err := os.RemoveAll(tmp); err != nil {
		return nil, err
	}
	if _, err := layout.Write(tmp, idx); err != nil {
		return nil, err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "made %s in %.1f s\n", r.refs[0], time.Since(start).Seconds())
	return layout.ImageIndexFromPath(dir)
}

// pushAll pushes images to a registry that stands for all others: one after the other,
// since those that share blobs get into each other's way now and then.
func pushAll(ctx context.Context, registry string, all []made) error {
	for _, m := range all {
		for _, ref := range m.refs {
			_, repository, _ := strings.Cut(ref, "/")
			to, err := name.NewTag(registry+"/"+repository, name.Insecure)
			if err != nil {
				return err
			}
			if err := remote.WriteIndex(to, m.index, remote.WithContext(ctx)); err != nil {
				return fmt.Errorf("%s: %w", to, err)
			}
		}
	}
	return nil
}

// writeLayout writes the images to one OCI layout, named by the annotation that
// tools which read layouts look for.
func writeLayout(dir string, all []made) error {
	out, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	for _, m := range all {
		for _, ref := range m.refs {
			named := map[string]string{"org.opencontainers.image.ref.name": ref}
			if err := out.AppendIndex(m.index, layout.WithAnnotations(named)); err != nil {
				return fmt.Errorf("%s: %w", ref, err)
			}
		}
	}
	return nil
}
