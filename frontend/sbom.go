package frontend

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/attestations/sbom"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/result"
	"github.com/moby/buildkit/util/bkmaps"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/llb"
)

// scanner makes the SBOM that the user asked for, by the scanner image that BuildKit
// names. Without such a wish it does nothing.
type scanner struct {
	build   *build
	scanner sbom.Scanner
	results bkmaps.SyncMap[string, *llb.Result]
}

func (b *build) newScanner(ctx context.Context) (*scanner, error) {
	s := &scanner{build: b}
	if b.ui.SBOM == nil {
		return s, nil
	}
	p := b.ui.BuildPlatforms[0]
	var err error
	s.scanner, err = sbom.CreateSBOMScanner(ctx, b.client, b.ui.SBOM.Generator, p, sourceresolver.Opt{
		ImageOpt: &sourceresolver.ResolveImageOpt{ResolveMode: b.ui.ImageResolveMode.String(), Platform: &p},
	}, b.ui.SBOM.Parameters)
	if err != nil {
		return nil, fmt.Errorf("SBOM scanner %s: %w", b.ui.SBOM.Generator, err)
	}
	return s, nil
}

// add remembers the result for a platform, in the key that dockerui exports it by.
func (s *scanner) add(platform *ocispecs.Platform, res *llb.Result) {
	p := platforms.DefaultSpec()
	if platform != nil {
		p = *platform
	}
	s.results.Store(platforms.FormatAll(platforms.Normalize(p)), res)
}

// scan attaches an SBOM to the image of each platform.
func (s *scanner) scan(ctx context.Context, rb *dockerui.ResultBuilder) error {
	if s.scanner == nil {
		return nil
	}
	return rb.EachPlatform(ctx, func(ctx context.Context, id string, _ ocispecs.Platform) error {
		res, ok := s.results.Load(id)
		if !ok {
			return fmt.Errorf("no result to scan for %s", id)
		}
		att, err := s.scanner(ctx, id, res.State, nil)
		if err != nil {
			return err
		}
		solved, err := result.ConvertAttestation(&att, func(st *bk.State) (client.Reference, error) {
			def, err := st.Marshal(ctx, bk.WithCaps(s.build.client.BuildOpts().LLBCaps))
			if err != nil {
				return nil, err
			}
			r, err := s.build.client.Solve(ctx, client.SolveRequest{Definition: def.ToPB()})
			if err != nil {
				return nil, err
			}
			return r.SingleRef()
		})
		if err != nil {
			return err
		}
		rb.AddAttestation(id, *solved)
		return nil
	})
}
