package frontend

import (
	"errors"

	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"

	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

// withSource gives errors of the spec their places in the form that BuildKit's
// clients show. An error that has no place gets an empty one: without it the
// frontend that read the `# syntax=` line would blame that line.
func withSource(err error, src *bk.SourceMap) error {
	if err == nil {
		return nil
	}
	errs := mistakes(err)
	var places []*pb.Range
	for _, e := range errs {
		places = append(places, llb.PBRange(e.Range))
	}
	if len(places) == 0 && len(errdefs.Sources(err)) > 0 {
		return err
	}
	s := source(src, places)
	s.Info.Data = errs.Mask(s.Info.Data)
	return errdefs.WithSource(err, s)
}

// mistakes are the errors of the spec that an error is about.
func mistakes(err error) spec.Errors {
	var errs spec.Errors
	var one *spec.Error
	if !errors.As(err, &errs) && errors.As(err, &one) {
		errs = spec.Errors{one}
	}
	return errs
}

func source(src *bk.SourceMap, ranges []*pb.Range) *errdefs.Source {
	return &errdefs.Source{
		Info: &pb.SourceInfo{
			Filename:   src.Filename,
			Language:   src.Language,
			Data:       src.Data,
			Definition: src.Definition.ToPB(),
		},
		Ranges: ranges,
	}
}
