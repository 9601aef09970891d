package frontend

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

// wheelhouseName is the named context that takes the place of the spec's wheelhouse.
const wheelhouseName = "wheelhouse"

// wheelhouse finds the place that has the files of the lock, if there is one: the
// named context, else what the spec says.
func (b *build) wheelhouse(ctx context.Context) (*llb.Wheelhouse, error) {
	st, err := b.wheelhouseState(ctx)
	if err != nil || st == nil {
		return nil, err
	}
	ref, err := b.evaluate(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("wheelhouse: %w", err)
	}
	entries, err := list(ctx, ref, ".")
	if err != nil {
		return nil, err
	}
	w := &llb.Wheelhouse{State: *st, Files: map[string]bool{}}
	for _, e := range entries {
		w.Files[e.path] = !e.dir && !e.link
	}
	return w, nil
}

func (b *build) wheelhouseState(ctx context.Context) (*bk.State, error) {
	if b.ui.Target == llb.TargetWheelhouse {
		return nil, nil // it is what is being made
	}
	p := platforms.Normalize(b.ui.BuildPlatforms[0])
	nc, err := b.ui.NamedContext(wheelhouseName, dockerui.ContextOpt{NoDockerignore: true, Platform: &p})
	if err != nil {
		return nil, err
	}
	if nc != nil {
		st, _, err := nc.Load(ctx)
		return st, err
	}
	if ref := b.spec.WheelhouseImage(); ref != "" {
		st := bk.Image(ref, bk.Platform(p), b.ui.ImageResolveMode, bk.WithMetaResolver(sourceresolver.NewImageMetaResolver(b.client)), bk.ResolveDigest(true),
			bk.WithCustomName("[wheels] FROM "+ref))
		return &st, nil
	}
	dir := b.spec.WheelhouseDir()
	if dir == "" {
		return nil, nil
	}
	main, err := b.ui.MainContext(ctx, bk.IncludePatterns([]string{dir}), bk.SharedKeyHint("context:wheelhouse"), dockerui.WithInternalName("load the wheelhouse"))
	if err != nil {
		return nil, err
	}
	ref, err := b.evaluate(ctx, main)
	if err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	}
	if entries, err := list(ctx, ref, path.Dir(dir)); err != nil {
		return nil, err
	} else if !slices.Contains(entries, entry{path: dir, dir: true}) {
		return nil, spec.Errors{b.spec.Errorf("dependencies.wheelhouse", "no folder %s in the build context (make it: keelback wheelhouse %s)", dir, dir)}
	}
	st := bk.Scratch().File(bk.Copy(*main, "/"+dir, "/", &bk.CopyInfo{CopyDirContentsOnly: true}), bk.WithCustomName("[wheels] copy the wheelhouse"))
	return &st, nil
}

// WheelhousePlatforms is the option with the platforms of a wheelhouse, separated by
// commas. Without it they are those of the build.
const WheelhousePlatforms = "keelback.wheelhouse.platforms"

func (b *build) wheelhousePlatforms() ([]ocispecs.Platform, error) {
	if names := b.ui.BuildOpts().Opts[WheelhousePlatforms]; names != "" {
		return platforms.ParseAll(strings.Split(names, ","))
	}
	if len(b.ui.TargetPlatforms) > 0 {
		return b.ui.TargetPlatforms, nil
	}
	return []ocispecs.Platform{b.platform(nil)}, nil
}

// fillWheelhouse gives all files that the builds for the platforms download, side by
// side.
func (b *build) fillWheelhouse(ctx context.Context) (*client.Result, error) {
	wanted, err := b.wheelhousePlatforms()
	if err != nil {
		return nil, err
	}
	d := newDownloads(b)
	all := map[string]llb.Download{}
	for _, p := range wanted {
		res, err := b.compile(ctx, b.platform(&p), nil)
		if err != nil {
			return nil, err
		}
		for _, f := range res.Downloads {
			if other, ok := all[f.Name]; ok && other.SHA256 != f.SHA256 {
				return nil, b.spec.Errorf("dependencies", "%s and %s: two files %s, which cannot lie side by side", other.Place, f.Place, f.Name)
			}
			all[f.Name] = f
		}
	}
	files := slices.SortedFunc(maps.Values(all), func(a, b llb.Download) int { return strings.Compare(a.Name, b.Name) })
	if err := d.mend(ctx, files); err != nil {
		return nil, err
	}
	def, err := llb.Gather(files, d.failed()).Marshal(ctx, bk.WithCaps(b.client.BuildOpts().LLBCaps))
	if err != nil {
		return nil, err
	}
	return b.client.Solve(ctx, client.SolveRequest{Definition: def.ToPB(), Evaluate: true})
}
