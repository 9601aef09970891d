package llb

import (
	"context"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/util/apicaps"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/spec"
)

// Targets that a build can be asked for by `--target`.
const (
	// TargetImage is the image, the default.
	TargetImage = "image"

	// TargetDebug is the image with a shell and pip.
	TargetDebug = "debug"
)

// Targets are the names of all targets, the default first.
func Targets() []string { return []string{TargetImage, TargetDebug} }

// Options is everything that a build depends on and that is not in the spec.
type Options struct {
	// Config is what the user asked for on the command line.
	dockerui.Config

	// Project is what the build context says about the service.
	Project *lock.Project

	// Context has the service's own files, Manifests those that installing reads.
	Context, Manifests llb.State

	// Ignored are patterns of files that are not part of the context.
	Ignored []string

	// Step has the program keelback-step, for BuildPlatform, at /keelback-step.
	Step llb.State

	// Platform is what the image is for.
	Platform ocispecs.Platform

	// BuildPlatform is what keelback-step runs on: the worker's own.
	BuildPlatform ocispecs.Platform

	// WorkerPlatforms are all that the worker can run, emulated ones too.
	WorkerPlatforms []ocispecs.Platform

	// Resolver resolves images to digests and configs.
	Resolver llb.ImageMetaResolver

	// NamedImage gives the named context that replaces an image, or nil.
	NamedImage func(ctx context.Context, ref string, p ocispecs.Platform) (*llb.State, *dockerspec.DockerOCIImage, error)

	// NoCache tells whether the steps of a stage are to be run again.
	NoCache func(stage string) bool

	// SourceMap is the spec's text, which each op points to. Nil: none does.
	SourceMap *llb.SourceMap

	// Caps are what the daemon can do.
	Caps apicaps.CapSet
}

// Result is a compiled build.
type Result struct {
	// State is the image's file system.
	State llb.State

	// Image is its config.
	Image *dockerspec.DockerOCIImage

	// Base is the config of the image that it is built on.
	Base *dockerspec.DockerOCIImage
}

// Compile turns a spec into a build graph and an image config. Nothing is solved;
// images are resolved to digests. The error is [spec.Errors] where the spec is
// at fault.
func Compile(ctx context.Context, s *spec.Spec, opt Options) (*Result, error) {
	c, err := newCompiler(s, opt)
	if err != nil {
		return nil, err
	}
	if c.images, err = c.resolveImages(ctx); err != nil {
		return nil, err
	}

	builder := c.builderPackages(c.images.builder.state)
	skeleton := c.createVenv(builder)
	tools := c.installBuildRequirements(builder, skeleton)
	venv, _ := c.strip(c.installDependencies(builder, skeleton, tools), "dependencies")
	app := c.copyApp()
	project, natives := c.installProject(builder, tools, venv, app)

	packages := c.runtimePackages(c.images.base.state)
	base := c.merge(c.images.base.state, present(packages))
	interpreter := c.sliceInterpreter(base, builder, venv.state, natives)
	user := c.addUser(base)
	layers := present(interpreter, venv, project, app, user)
	rootfs := c.merge(base, layers)
	if c.target == TargetDebug {
		tools := c.debugTools(rootfs, builder)
		rootfs, layers = c.merge(rootfs, []layer{tools}), append(layers, tools)
	}

	return &Result{
		State: rootfs,
		Image: c.imageConfig(append(present(packages), layers...)),
		Base:  c.images.base.config,
	}, nil
}

// Marshal gives the definition that BuildKit solves.
func (r *Result) Marshal(ctx context.Context, p ocispecs.Platform, caps apicaps.CapSet) (*llb.Definition, error) {
	return r.State.Marshal(ctx, llb.Platform(p), llb.WithCaps(caps))
}
