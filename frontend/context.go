package frontend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/moby/patternmatcher/ignorefile"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

// stepName is the named context, and the file, that keelback-step comes from.
const stepName = "keelback-step"

// defaultEpoch is the time of images whose context has none: 1980-01-01, as of the
// files in their layers.
var defaultEpoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Files gives files of the build context. It makes build a [lock.Tree].
func (b *build) Files(ctx context.Context, patterns ...string) (map[string][]byte, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	ref, err := b.read(ctx, "read the lock and the manifests", bk.FollowPaths(patterns), bk.SharedKeyHint("context:facts"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names, err := list(ctx, ref, path.Dir(pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if ok, err := path.Match(pattern, name.path); err != nil || !ok || name.dir {
				continue
			}
			if name.link {
				return nil, spec.Errors{b.spec.Errorf("dependencies.lock", "%s is a link, which would be copied without what it leads to (use a file)", name.path)}
			}
			if files[name.path], err = dockerui.ReadFile(ctx, ref, name.path); err != nil {
				return nil, fmt.Errorf("%s: %w", name.path, err)
			}
		}
	}
	return files, nil
}

// Ignored gives the patterns of .dockerignore. BuildKit reads it of local contexts
// only; of others it is read here, so that all contexts give the same image.
func (b *build) Ignored(ctx context.Context) ([]string, error) {
	patterns, err := b.ui.DockerIgnorePatterns(ctx)
	if err != nil || patterns != nil || !b.remote() {
		return patterns, err
	}
	names := []string{b.spec.Filename() + ".dockerignore", ".dockerignore"}
	files, err := b.Files(ctx, names...)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if data, ok := files[name]; ok {
			return ignorefile.ReadAll(bytes.NewReader(data))
		}
	}
	return nil, nil
}

// remote tells whether the build context is not a folder of the client's.
func (b *build) remote() bool { return b.ui.BuildOpts().Opts["context"] != "" }

// HasDir tells whether the service's own files have a folder.
func (b *build) HasDir(ctx context.Context, dir string) (bool, error) {
	app, err := b.app(ctx)
	if err != nil {
		return false, err
	}
	ref, err := b.evaluate(ctx, app)
	if err != nil {
		return false, fmt.Errorf("build context: %w", err)
	}
	names, err := list(ctx, ref, path.Dir(dir))
	if err != nil {
		return false, err
	}
	return slices.Contains(names, entry{path: dir, dir: true}), nil
}

// Lacks gives those of the names that are no file of the build context. Those that are
// have been transferred then, as the build wants them.
func (b *build) Lacks(ctx context.Context, names ...string) ([]string, error) {
	ref, err := b.read(ctx, "look for the files of the lock", bk.FollowPaths(names), bk.SharedKeyHint("context:manifests"))
	if err != nil {
		return nil, err
	}
	var lacks []string
	folders := map[string][]entry{}
	for _, name := range names {
		dir := path.Dir(name)
		entries, ok := folders[dir]
		if !ok {
			if entries, err = list(ctx, ref, dir); err != nil {
				return nil, err
			}
			folders[dir] = entries
		}
		if slices.Contains(entries, entry{path: name, link: true}) {
			return nil, spec.Errors{b.spec.Errorf("dependencies.lock", "%s is a link, which would be copied without what it leads to (use a file)", name)}
		}
		if !slices.Contains(entries, entry{path: name}) {
			lacks = append(lacks, name)
		}
	}
	return lacks, nil
}

// app is the part of the build context that the service's files are copied from.
// What the app leaves out is not transferred, unless the ignore file takes files
// back: then its patterns and the app's cannot be one list.
func (b *build) app(ctx context.Context) (*bk.State, error) {
	ignored, err := b.Ignored(ctx)
	if err != nil {
		return nil, err
	}
	excludes := ignored
	if !slices.ContainsFunc(ignored, func(p string) bool { return strings.HasPrefix(p, "!") }) {
		excludes = append(llb.AppExcludes(b.spec), ignored...)
	}
	return b.ui.MainContext(ctx, bk.IncludePatterns(b.spec.App.Include), bk.ExcludePatterns(excludes),
		bk.SharedKeyHint("context:app"), dockerui.WithInternalName("load the service's files"))
}

// read makes a part of the build context readable.
func (b *build) read(ctx context.Context, what string, opts ...bk.LocalOption) (client.Reference, error) {
	st, err := b.ui.MainContext(ctx, append(opts, dockerui.WithInternalName(what))...)
	if err != nil {
		return nil, err
	}
	ref, err := b.evaluate(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	}
	return ref, nil
}

func (b *build) evaluate(ctx context.Context, st *bk.State) (client.Reference, error) {
	def, err := st.Marshal(ctx, bk.WithCaps(b.client.BuildOpts().LLBCaps))
	if err != nil {
		return nil, err
	}
	res, err := b.client.Solve(ctx, client.SolveRequest{Definition: def.ToPB(), CacheImports: b.ui.CacheImports, Evaluate: true})
	if err != nil {
		return nil, err
	}
	return res.SingleRef()
}

// inputs are the file systems that the graph begins with.
func (b *build) inputs(ctx context.Context, opt *llb.Options) error {
	var err error
	if opt.Ignored, err = b.Ignored(ctx); err != nil {
		return err
	}
	app, err := b.app(ctx)
	if err != nil {
		return err
	}
	manifests, err := b.ui.MainContext(ctx, bk.FollowPaths(b.project.AllManifests()),
		bk.SharedKeyHint("context:manifests"), dockerui.WithInternalName("load the lock and the manifests"))
	if err != nil {
		return err
	}
	step, err := b.step(ctx, opt.BuildPlatform)
	if err != nil {
		return err
	}
	opt.Context, opt.Manifests, opt.Step = *app, *manifests, *step
	opt.Wheelhouse, err = b.wheelhouse(ctx)
	return err
}

// step finds keelback-step for the worker's platform. Mode and owner are set, so
// that it is the same file to the cache wherever it comes from.
func (b *build) step(ctx context.Context, p ocispecs.Platform) (*bk.State, error) {
	nc, err := b.ui.NamedContext(stepName, dockerui.ContextOpt{NoDockerignore: true, Platform: &p})
	if err != nil {
		return nil, err
	}
	if nc == nil {
		f, ok := b.client.(interface{ CurrentFrontend() (*bk.State, error) })
		if !ok {
			return nil, errors.New("no named context keelback-step, which is needed where the frontend is not run from its image")
		}
		st, err := f.CurrentFrontend()
		if err == nil && st == nil {
			err = errors.New("the daemon does not give the frontend its own image (needs BuildKit 0.9 or later)")
		}
		return st, err
	}
	from, _, err := nc.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("context %s: %w", stepName, err)
	}
	st := bk.Scratch().File(bk.Copy(*from, "/"+stepName, "/"+stepName, &bk.CopyInfo{
		Mode:        &bk.ChmodOpt{Mode: 0o755},
		ChownOpt:    &bk.ChownOpt{User: &bk.UserOpt{UID: 0}, Group: &bk.UserOpt{UID: 0}},
		CreatedTime: &defaultEpoch,
	}), dockerui.WithInternalName("load keelback-step"), bk.Platform(p))
	return &st, nil
}

// namedImage gives the named context that replaces an image, if there is one.
func (b *build) namedImage(ctx context.Context, ref string, p ocispecs.Platform) (*bk.State, *dockerspec.DockerOCIImage, error) {
	nc, err := b.ui.NamedContext(ref, dockerui.ContextOpt{ResolveMode: b.ui.ImageResolveMode.String(), Platform: &p, NoDockerignore: true})
	if err != nil || nc == nil {
		return nil, nil, err
	}
	return nc.Load(ctx)
}

// epoch is the time of the image: SOURCE_DATE_EPOCH, else (as for its value
// `context`) that of the context's commit, else a constant. It is in the config and the history, in no layer.
func (b *build) epoch(ctx context.Context) (*time.Time, error) {
	if v := b.ui.BuildArgs["SOURCE_DATE_EPOCH"]; v != "" && v != "context" {
		sec, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("build argument SOURCE_DATE_EPOCH: %q is not a number of seconds", v)
		}
		t := time.Unix(sec, 0).UTC()
		return &t, nil
	}
	t, err := b.ui.ResolveMainContextSourceDateEpoch(ctx)
	if err != nil || t != nil {
		return t, err
	}
	return &defaultEpoch, nil
}
