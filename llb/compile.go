package llb

import (
	"context"
	"slices"

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

	// TargetWheelhouse is no image: all files that the build downloads.
	TargetWheelhouse = "wheelhouse"
)

// Targets are the names of all targets, the default first.
func Targets() []string { return []string{TargetImage, TargetDebug, TargetWheelhouse} }

// Options is everything that a build depends on and that is not in the spec.
type Options struct {
	// Config is what the user asked for on the command line.
	dockerui.Config

	// Project is what the build context says about the service.
	Project *lock.Project

	// Context has the service's own files, Manifests those that building and
	// installing read.
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

	// ReadFiles reads files of a state, by patterns of [path.Match] without a leading
	// slash, at most 16 MiB each. It makes the state first. What is not there is left
	// out.
	ReadFiles func(ctx context.Context, st llb.State, patterns ...string) (map[string][]byte, error)

	// Wheelhouse has all files of the lock. Nil: they are downloaded.
	Wheelhouse *Wheelhouse

	// Attempts are how often downloads failed before, by URL.
	Attempts map[string]int

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

	// Checks are states that have to be made before the image is handed over: what
	// the image itself does not depend on, since the daemon cannot do that.
	Checks []llb.State

	// Gate has what the smoke gate did, as [smoke.Result] at [GateFile]; it is empty
	// where the image is not tried.
	Gate llb.State

	// Report has what is in the image, as [report.Image] at [ReportFile].
	Report llb.State

	// Warnings are what whoever builds should know, each with its place in the spec.
	Warnings []*spec.Error

	// Downloads are the files that it takes from servers, by name. They are there
	// also when compiling itself failed.
	Downloads []Download

	imports llb.State // what the service imports; see recordImports
}

// Compile turns a spec into a build graph and an image config. What decides about the
// graph is solved on the way, by [Options.ReadFiles]: what wheels have to fit is read
// from the images, an index is asked for the files of a lock that does not name them,
// and sources say what they are built with. The error is [spec.Errors] where the spec or
// the lock is at fault; after a failed download the result has the downloads.
func Compile(ctx context.Context, s *spec.Spec, opt Options) (res *Result, err error) {
	c, err := newCompiler(s, opt)
	if err != nil {
		return nil, err
	}
	if c.images, err = c.resolveImages(ctx); err != nil {
		return nil, err
	}
	if err := c.lookUp(ctx); err != nil {
		return nil, err
	}
	deps, err := c.selectDependencies()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			res = &Result{Downloads: c.sortedDownloads()}
		}
	}()

	builder := c.builderPackages(c.images.builder.state)
	skeleton := c.createVenv(builder)
	app, appNatives := c.copyApp()
	sources, err := c.buildSources(ctx, builder, skeleton, app, deps)
	if err != nil {
		return nil, err
	}
	c.warnOptimized(slices.Concat(deps.wheels, deps.sources))
	groups := groupWheels(deps.wheels, c.spec.Layers)
	named := c.findNamed(groups, sources.packages, app)
	wheels := c.installWheels(groups, named)
	built, project, natives := c.installSources(sources, wheels)
	if err := c.checkWheelhouse(); err != nil {
		return nil, err
	}
	venv := slices.Concat([]layer{skeleton}, wheels, present(built))

	packages := c.runtimePackages(c.images.base.state)
	base := c.merge(c.images.base.state, present(packages))
	interpreter := c.sliceInterpreter(base, builder, packages, venv, []llb.State{natives, appNatives}, named)
	user := c.addUser(base)
	layers := slices.Concat([]layer{interpreter}, venv, present(project, app, user))
	layers, err = c.addBytecode(ctx, base, layers, skeleton)
	if err != nil {
		return nil, err
	}
	rootfs := c.merge(base, layers)
	all := append(present(packages), layers...)
	report := c.addUp(c.images.base.state, all)
	checks := c.check(rootfs, all, report)
	if c.target == TargetDebug {
		tools := c.debugTools(rootfs, builder)
		rootfs, all = c.merge(rootfs, []layer{tools}), append(all, tools)
	}

	rootfs, checks = c.requires(rootfs, report, checks)
	return &Result{
		State:     rootfs,
		Image:     c.imageConfig(all),
		Base:      c.images.base.config,
		Checks:    checks,
		Gate:      c.gate,
		Report:    report,
		Warnings:  c.warnings,
		imports:   c.imports,
		Downloads: c.sortedDownloads(),
	}, nil
}

// Marshal gives the definition that BuildKit solves.
func (r *Result) Marshal(ctx context.Context, p ocispecs.Platform, caps apicaps.CapSet) (*llb.Definition, error) {
	return r.State.Marshal(ctx, llb.Platform(p), llb.WithCaps(caps))
}
