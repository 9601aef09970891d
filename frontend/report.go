package frontend

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/smoke"
	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

// check makes the checks that the image does not depend on by itself.
func (b *build) check(ctx context.Context, res *llb.Result) error {
	eg, ctx := errgroup.WithContext(ctx)
	for _, st := range res.Checks {
		eg.Go(func() error {
			_, err := b.evaluate(ctx, &st)
			return err
		})
	}
	return eg.Wait()
}

// describe reads the report of an image, puts it into the labels, and tells the
// warnings.
func (b *build) describe(ctx context.Context, res *llb.Result, p ocispecs.Platform) error {
	m, err := b.report(ctx, res)
	if err != nil {
		return err
	}
	res.Describe(m)
	warnings := res.Warnings
	for _, text := range m.Warnings() {
		warnings = append(warnings, &spec.Error{Msg: text})
	}
	if len(warnings) == 0 {
		return nil
	}
	vertex, err := b.vertex(ctx, res)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		if err := b.warn(ctx, vertex, w, p); err != nil {
			return err
		}
	}
	return nil
}

// tried reads how an image was tried, once it was, and tells the warnings.
func (b *build) tried(ctx context.Context, res *llb.Result, p ocispecs.Platform) error {
	if res.Gate.Output() == nil {
		return nil
	}
	files, err := b.readFiles(ctx, res.Gate, llb.GateFile)
	if err != nil {
		return err
	}
	var did smoke.Result
	if err := json.Unmarshal(files[llb.GateFile], &did); err != nil {
		return fmt.Errorf("%s: %w", llb.GateFile, err)
	}
	res.Tried(did.Did)
	vertex, err := b.vertex(ctx, res)
	if err != nil {
		return err
	}
	for _, text := range did.Warnings {
		if err := b.warn(ctx, vertex, &spec.Error{Msg: text}, p); err != nil {
			return err
		}
	}
	return nil
}

// report reads what is in an image.
func (b *build) report(ctx context.Context, res *llb.Result) (*report.Image, error) {
	files, err := b.readFiles(ctx, res.Report, llb.ReportFile)
	if err != nil {
		return nil, err
	}
	return report.Decode(files[llb.ReportFile])
}

// vertex is the op that a warning belongs to: the one that adds up what is there.
func (b *build) vertex(ctx context.Context, res *llb.Result) (digest.Digest, error) {
	def, err := res.Report.Marshal(ctx)
	if err != nil {
		return "", err
	}
	return def.Head()
}

// warn tells the user of one warning, beside its place in the spec. What was told of an
// earlier attempt is not told again.
func (b *build) warn(ctx context.Context, vertex digest.Digest, w *spec.Error, p ocispecs.Platform) error {
	opt := client.WarnOpts{Level: 1}
	text := w.Msg
	if w.Path != "" {
		text = w.Path + ": " + w.Msg
		opt.SourceInfo = &pb.SourceInfo{Filename: b.source.Filename, Data: b.source.Data, Language: b.source.Language, Definition: b.source.Definition.ToPB()}
		opt.Range = []*pb.Range{llb.PBRange(w.Range)}
	}
	if b.ui.MultiPlatformRequested {
		text = platforms.Format(p) + ": " + text
	}
	if _, told := b.told.LoadOrStore(text, true); told {
		return nil
	}
	return b.client.Warn(ctx, vertex, text, opt)
}

// plan answers RequestPlan for the first platform.
func (b *build) plan(ctx context.Context) (*client.Result, error) {
	var m *report.Image
	_, err := b.attempt(ctx, b.firstPlatform(), newDownloads(b), func(ctx context.Context, res *llb.Result) (err error) {
		m, err = b.report(ctx, res)
		return err
	})
	if err != nil {
		return nil, err
	}
	return asText(m.Text(), nil)
}
