package frontend

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

// RequestLLB is the request (`requestid`) for the build graph as text instead of a
// build: [llb.Dump] of it, as `result.txt`.
const RequestLLB = "keelback.llb"

// RequestPlan is the request (`requestid`) for what the image is made of, and what is
// left out, instead of a build: as text, as `result.txt`.
const RequestPlan = "keelback.plan"

// RequestLock is the request (`requestid`) for the completed lock instead of a build:
// [llb.Lock] of it, as `result.txt`.
const RequestLock = "keelback.lock"

// Build builds the image that a spec describes. Errors of the user point into the
// spec (errdefs.Source).
//
// The program keelback-step comes from the named context `keelback-step` when there
// is one, else from the image that the frontend itself runs from.
func Build(ctx context.Context, c client.Client) (_ *client.Result, err error) {
	bc, err := dockerui.NewClient(specClient{c})
	if err != nil {
		return nil, err
	}
	src, err := bc.ReadEntrypoint(ctx, "YAML")
	if err != nil {
		return nil, fmt.Errorf("spec: %w", err)
	}
	defer func() { err = withSource(err, src.SourceMap) }()

	s, err := spec.Parse(src.Filename, src.Data, declaredArgs(bc.BuildArgs))
	if err != nil {
		return nil, err
	}
	b := &build{client: c, ui: bc, spec: s, source: src}
	if b.project, err = b.load(ctx); err != nil {
		return nil, err
	}
	switch bc.BuildOpts().Opts["requestid"] {
	case RequestLLB:
		return b.dump(ctx)
	case RequestLock:
		return b.lock(ctx)
	case RequestPlan:
		return b.plan(ctx)
	}
	if res, ok, err := bc.HandleSubrequest(ctx, dockerui.RequestHandler{}); err != nil || ok {
		return res, err
	}
	if bc.Target == llb.TargetWheelhouse {
		return b.fillWheelhouse(ctx)
	}
	return b.image(ctx)
}

// build is one request for an image.
type build struct {
	client  client.Client
	ui      *dockerui.Client
	spec    *spec.Spec
	source  *dockerui.Source
	project *lock.Project
	told    sync.Map // warnings, by their texts
}

// load reads what the build context says. The files of a member of the workspace
// have to be among the service's own: it would be installed empty.
func (b *build) load(ctx context.Context) (*lock.Project, error) {
	var tree lock.Tree = b
	if b.ui.BuildOpts().Opts["requestid"] == RequestLock {
		tree = lock.Original(b)
	}
	p, err := lock.Load(ctx, b.spec, tree)
	if err != nil {
		return nil, err
	}
	for _, dir := range p.Local {
		if dir == "." {
			continue
		}
		if ok, err := b.HasDir(ctx, dir); err != nil {
			return nil, err
		} else if !ok {
			return nil, spec.Errors{b.spec.Errorf("app.include", "the project in %s is to be installed, but its files are not among the app's (app: {include: [..., %s]})", dir, dir)}
		}
	}
	return p, nil
}

// image builds the image for all platforms.
func (b *build) image(ctx context.Context) (*client.Result, error) {
	scanner, err := b.newScanner(ctx)
	if err != nil {
		return nil, err
	}
	epoch, err := b.epoch(ctx)
	if err != nil {
		return nil, err
	}
	files := newDownloads(b)
	rb, err := b.ui.Build(ctx, func(ctx context.Context, platform *ocispecs.Platform, _ int) (*dockerui.BuildResult, error) {
		res, ref, err := b.solvePlatform(ctx, b.platform(platform), files)
		if err != nil {
			return nil, err
		}
		scanner.add(platform, res)
		return &dockerui.BuildResult{Reference: ref, Image: res.Image, BaseImage: res.Base, Epoch: epoch}, nil
	})
	if err != nil {
		return nil, err
	}
	if err := scanner.scan(ctx, rb); err != nil {
		return nil, err
	}
	return rb.Finalize()
}

// solvePlatform builds for one platform.
func (b *build) solvePlatform(ctx context.Context, p ocispecs.Platform, files *downloads) (res *llb.Result, ref client.Reference, err error) {
	res, err = b.attempt(ctx, p, files, func(ctx context.Context, res *llb.Result) (err error) {
		ref, err = b.solve(ctx, res, p)
		return err
	})
	return res, ref, err
}

// attempt compiles for one platform and makes what is asked for, again where downloads
// failed by what may pass.
func (b *build) attempt(ctx context.Context, p ocispecs.Platform, files *downloads, solve func(context.Context, *llb.Result) error) (*llb.Result, error) {
	for {
		attempts := files.failed()
		res, err := b.compile(ctx, p, attempts)
		if err == nil {
			err = files.watch(ctx, res, attempts, func(ctx context.Context) error { return solve(ctx, res) })
		}
		if err == nil {
			return res, nil
		}
		if res == nil || !files.isDownload(ctx, res.Downloads, attempts, err) {
			return nil, err
		}
		if err := files.mend(ctx, res.Downloads); err != nil {
			return nil, err
		}
	}
}

// platform is what an image is built for: the worker's own where none is asked for.
func (b *build) platform(p *ocispecs.Platform) ocispecs.Platform {
	if p == nil {
		p = &b.ui.BuildPlatforms[0]
	}
	return platforms.Normalize(*p)
}

// compile makes the graph for one platform.
func (b *build) compile(ctx context.Context, p ocispecs.Platform, attempts map[string]int) (*llb.Result, error) {
	opt, err := b.options(ctx, p)
	if err != nil {
		return nil, err
	}
	opt.Attempts = attempts
	return llb.Compile(ctx, b.spec, opt)
}

// options is what a build for a platform depends on.
func (b *build) options(ctx context.Context, p ocispecs.Platform) (llb.Options, error) {
	opt := llb.Options{
		Config:          b.ui.Config,
		Project:         b.project,
		Platform:        p,
		BuildPlatform:   platforms.Normalize(b.ui.BuildPlatforms[0]),
		WorkerPlatforms: b.workerPlatforms(),
		Resolver:        sourceresolver.NewImageMetaResolver(b.client),
		NamedImage:      b.namedImage,
		ReadFiles:       b.readFiles,
		NoCache:         b.ui.IsNoCache,
		SourceMap:       b.source.SourceMap,
		Caps:            b.client.BuildOpts().LLBCaps,
	}
	return opt, b.inputs(ctx, &opt)
}

// workerPlatforms are all that the worker can run.
func (b *build) workerPlatforms() []ocispecs.Platform {
	var all []ocispecs.Platform
	for _, w := range b.client.BuildOpts().Workers {
		all = append(all, w.Platforms...)
	}
	return all
}

// solve makes an image for real, and what has to succeed before it is handed over. The
// warnings are told also when that fails: they may say why a check does.
func (b *build) solve(ctx context.Context, res *llb.Result, p ocispecs.Platform) (client.Reference, error) {
	ref, err := b.solveImage(ctx, res, p)
	if err != nil {
		if ctx.Err() == nil {
			// The error that led here is the one to report.
			_ = b.describe(ctx, res, p)
		}
		return nil, err
	}
	if err := b.describe(ctx, res, p); err != nil {
		return nil, err
	}
	return ref, b.tried(ctx, res, p)
}

func (b *build) solveImage(ctx context.Context, res *llb.Result, p ocispecs.Platform) (client.Reference, error) {
	if err := b.check(ctx, res); err != nil {
		return nil, err
	}
	def, err := res.Marshal(ctx, p, b.client.BuildOpts().LLBCaps)
	if err != nil {
		return nil, err
	}
	r, err := b.client.Solve(ctx, client.SolveRequest{Definition: def.ToPB(), CacheImports: b.ui.CacheImports, Evaluate: true})
	if err != nil {
		return nil, err
	}
	return r.SingleRef()
}

// firstPlatform is the first that is asked for.
func (b *build) firstPlatform() ocispecs.Platform {
	if len(b.ui.TargetPlatforms) > 0 {
		return b.platform(&b.ui.TargetPlatforms[0])
	}
	return b.platform(nil)
}

// dump answers RequestLLB for the first platform.
func (b *build) dump(ctx context.Context) (*client.Result, error) {
	p := b.firstPlatform()
	res, err := b.compile(ctx, p, nil)
	if err != nil {
		return nil, err
	}
	def, err := res.Marshal(ctx, p, b.client.BuildOpts().LLBCaps)
	if err != nil {
		return nil, err
	}
	text, err := llb.Dump(def)
	return asText(text, err)
}

// lock answers RequestLock.
func (b *build) lock(ctx context.Context) (*client.Result, error) {
	opt, err := b.options(ctx, b.firstPlatform())
	if err != nil {
		return nil, err
	}
	opt.Wheelhouse = nil
	text, err := llb.Lock(ctx, b.spec, opt)
	return asText(text, err)
}

func asText(text []byte, err error) (*client.Result, error) {
	if err != nil {
		return nil, err
	}
	out := client.NewResult()
	out.AddMeta("result.txt", text)
	return out, nil
}

// specName is the name of a spec that is not given one.
const specName = "keelback.yaml"

// specClient looks for a spec where BuildKit would look for a Dockerfile.
type specClient struct{ client.Client }

// BuildOpts are the options of the request.
func (c specClient) BuildOpts() client.BuildOpts {
	opts := c.Client.BuildOpts()
	opts.Opts = maps.Clone(opts.Opts)
	if opts.Opts["filename"] == "" {
		opts.Opts["filename"] = specName
	}
	return opts
}

// declaredArgs are the build arguments that a spec has to declare: all but those
// that BuildKit and its clients use for themselves.
func declaredArgs(args map[string]string) map[string]string {
	declared := map[string]string{}
	for name, v := range args {
		if !spec.ReservedArg(name) {
			declared[name] = v
		}
	}
	return declared
}
