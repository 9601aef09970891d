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
	"golang.org/x/sync/errgroup"

	"github.com/keelback/keelback/internal/lock"
)

// uvImage has the program uv, statically linked, at /uv.
const uvImage = "ghcr.io/astral-sh/uv:" + lock.UVVersion

// image is an image that the build uses, pinned to its digest.
type image struct {
	state  llb.State
	config *dockerspec.DockerOCIImage
}

// images are all images of a build.
type images struct {
	builder, base, uv image
}

// resolveImages pins the images to digests, at the same time.
func (c *compiler) resolveImages(ctx context.Context) (images, error) {
	var img images
	eg, ctx := errgroup.WithContext(ctx)
	for _, i := range []struct {
		to               *image
		stage, path, ref string
		needed           bool
	}{
		{&img.builder, stageBuilder, "builder.image", cmp.Or(c.spec.Builder.Image, c.family.python(c.opt.Project.Python)), true},
		{&img.base, stageRuntime, "runtime.image", cmp.Or(c.spec.Runtime.Image, c.family.base), true},
		{&img.uv, stageBuilder, "dependencies", uvImage, c.opt.Project.Lock != nil || len(c.opt.Project.Local) > 0},
	} {
		if i.needed {
			eg.Go(func() (err error) {
				*i.to, err = c.resolveImage(ctx, i.stage, i.path, i.ref)
				return err
			})
		}
	}
	if err := eg.Wait(); err != nil {
		return images{}, err
	}
	return img, nil
}

// resolveImage pins one image. That an image cannot be had is no mistake of the
// spec, so the error is a single [spec.Error]: it has its place, and is none of
// [spec.Errors].
func (c *compiler) resolveImage(ctx context.Context, stage, path, name string) (image, error) {
	if c.opt.NamedImage != nil {
		st, config, err := c.opt.NamedImage(ctx, name, c.opt.Platform)
		if err != nil {
			return image{}, c.imageError(ctx, path, name, err)
		}
		if st != nil {
			if config == nil {
				config = &dockerspec.DockerOCIImage{}
			}
			return image{*st, config}, nil
		}
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return image{}, c.spec.Errorf(path, "%s: %v", name, err)
	}
	ref, digest, data, err := c.opt.Resolver.ResolveImageConfig(ctx, reference.TagNameOnly(named).String(), sourceresolver.Opt{
		LogName: fmt.Sprintf("[internal] load metadata for %s", name),
		ImageOpt: &sourceresolver.ResolveImageOpt{
			Platform:    &c.opt.Platform,
			ResolveMode: c.opt.ImageResolveMode.String(),
		},
	})
	if err != nil {
		return image{}, c.imageError(ctx, path, name, err)
	}
	return c.pin(stage, path, ref, digest.String(), data)
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
func (c *compiler) pin(stage, path, ref, digest string, data []byte) (image, error) {
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
	opts := []llb.ImageOption{llb.Platform(c.opt.Platform), c.opt.ImageResolveMode}
	for _, o := range c.op(stage, path, "FROM %s", ref) {
		opts = append(opts, o)
	}
	st, err := llb.Image(ref, opts...).WithImageConfig(data)
	if err != nil {
		return image{}, c.spec.Errorf(path, "%s: image config: %v", ref, err)
	}
	return image{st, &config}, nil
}
