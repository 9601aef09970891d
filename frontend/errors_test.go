package frontend

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"

	"github.com/keelback/keelback/spec"
)

// TestWithSource shows which lines of the spec an error marks. The last error is one
// of a step, which BuildKit has located itself.
func TestWithSource(t *testing.T) {
	t.Parallel()
	text := []byte("# syntax=docker.io/keelback/keelback:1\nname: shop\nports: [0]\ncommand: []\n")
	src := bk.NewSourceMap(nil, "keelback.yaml", "YAML", text)
	src.Definition = &bk.Definition{}
	_, parseErr := spec.Parse("keelback.yaml", text, nil)
	s, err := spec.Parse("keelback.yaml", []byte("name: shop\ncommand: [shop]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	located := errdefs.WithSource(errors.New("step failed"), &errdefs.Source{
		Info: &pb.SourceInfo{Filename: "keelback.yaml"}, Ranges: []*pb.Range{{Start: &pb.Position{Line: 9}}},
	})
	for _, tt := range []struct {
		name string
		err  error
		want []int32
	}{
		{"all errors of a spec", parseErr, []int32{3, 4}},
		{"an image that cannot be had", fmt.Errorf("compile: %w", s.Errorf("command", "no image")), []int32{2}},
		{"an error without a place", errors.New("no daemon"), nil},
		{"a failed step", located, []int32{9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sources := errdefs.Sources(withSource(tt.err, src))
			if len(sources) != 1 {
				t.Fatalf("got %d sources, want 1", len(sources))
			}
			var got []int32
			for _, r := range sources[0].Ranges {
				got = append(got, r.Start.Line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
	if err := withSource(nil, src); err != nil {
		t.Errorf("no error became %v", err)
	}
}

// TestDeclaredArgs shows which build arguments a spec has to declare.
func TestDeclaredArgs(t *testing.T) {
	t.Parallel()
	got := declaredArgs(map[string]string{
		"LEVEL": "info", "HTTP_PROXY": "x", "no_proxy": "x", "SOURCE_DATE_EPOCH": "0", "BUILDKIT_SYNTAX": "x",
	})
	if diff := cmp.Diff(map[string]string{"LEVEL": "info"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
