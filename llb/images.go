package llb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/keelback/keelback/internal/lock"
)

// uvImage has the program uv, statically linked, at /uv.
const uvImage = "ghcr.io/astral-sh/uv:" + lock.UVVersion

// image is an image that the build uses, pinned to its digest.
type image struct {
	name   string
	state  llb.State
	config *dockerspec.DockerOCIImage
}

// images are all images of a build. The host is the builder for the worker's own
// platform.
type images struct {
	builder, base, host, uv image
}

// resolveImages pins the images to digests, at the same time.
func (c *compiler) resolveImages(ctx context.Context) (images, error) {
	var img images
	eg, ctx := errgroup.WithContext(ctx)
	builder := cmp.Or(c.spec.Builder.Image, c.family.python(c.opt.Project.Python))
	target, host := c.opt.Platform, c.opt.BuildPlatform
	for _, i := range []struct {
		to               *image
		stage, path, ref string
		platform         ocispecs.Platform
		needed           bool
	}{
		{&img.builder, stageBuilder, "builder.image", builder, target, true},
		{&img.base, stageRuntime, "runtime.image", cmp.Or(c.spec.Runtime.Image, c.family.base), target, true},
		{&img.host, stageBuilder, "builder.image", builder, host, (c.usesUV() || c.compiles()) && !platforms.OnlyStrict(host).Match(target)},
		{&img.uv, stageBuilder, "dependencies", uvImage, host, c.usesUV()},
	} {
		if i.needed {
			eg.Go(func() (err error) {
				*i.to, err = c.resolveImage(ctx, i.stage, i.path, i.ref, i.platform)
				return err
			})
		}
	}
	if err := eg.Wait(); err != nil {
		return images{}, err
	}
	if img.host.config == nil {
		img.host = img.builder
	}
	return img, nil
}

// usesUV tells whether uv has something to do: to look up files in an index, or to
// build what has no wheel.
func (c *compiler) usesUV() bool {
	p := c.opt.Project
	return len(p.Local) > 0 || p.Lock != nil && (len(c.spec.Dependencies.AllowSdist) > 0 || len(p.Lock.Missing()) > 0)
}

// resolveImage pins one image. That an image cannot be had is no mistake of the
// spec, so the error is a single [spec.Error]: it has its place, and is none of
// [spec.Errors].
func (c *compiler) resolveImage(ctx context.Context, stage, path, name string, p ocispecs.Platform) (image, error) {
	if c.opt.NamedImage != nil {
		st, config, err := c.opt.NamedImage(ctx, name, p)
		if err != nil {
			return image{}, c.imageError(ctx, path, name, err)
		}
		if st != nil {
			if config == nil {
				config = &dockerspec.DockerOCIImage{}
			}
			return image{name, *st, config}, nil
		}
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return image{}, c.spec.Errorf(path, "%s: %v", name, err)
	}
	ref, digest, data, err := c.opt.Resolver.ResolveImageConfig(ctx, reference.TagNameOnly(named).String(), sourceresolver.Opt{
		LogName: fmt.Sprintf("[internal] load metadata for %s", name),
		ImageOpt: &sourceresolver.ResolveImageOpt{
			Platform:    &p,
			ResolveMode: c.opt.ImageResolveMode.String(),
		},
	})
	if err != nil {
		return image{}, c.imageError(ctx, path, name, err)
	}
	return c.pin(stage, path, ref, digest.String(), data, p)
}

// imageError says which image cannot be had. The daemon's error is taken as text:
// as a wrapped error its status would stand for all of it on the way to the client.
func (c *compiler) imageError(ctx context.Context, path, name string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return c.spec.Errorf(path, "%s for %s: %v", name, platforms.Format(c.opt.Platform), err)
}

// pin makes the image's state by its digest, whatever its tag points to later.
func (c *compiler) pin(stage, path, ref, digest string, data []byte, p ocispecs.Platform) (image, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return image{}, c.spec.Errorf(path, "%s: %v", ref, err)
	}
	if _, ok := named.(reference.Digested); !ok && digest != "" {
		ref = named.String() + "@" + digest
	}
	var config dockerspec.DockerOCIImage
	if err := json.Unmarshal(data, &config); err != nil {
		return image{}, c.spec.Errorf(path, "%s: image config: %v", ref, err)
	}
	opts := []llb.ImageOption{llb.Platform(p), c.opt.ImageResolveMode}
	for _, o := range c.op(stage, path, "FROM %s", ref) {
		opts = append(opts, o)
	}
	st, err := llb.Image(ref, opts...).WithImageConfig(data)
	if err != nil {
		return image{}, c.spec.Errorf(path, "%s: image config: %v", ref, err)
	}
	return image{ref, st, &config}, nil
}
