package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFigures compares a report with the figures to reach. Those on Alpine, of imported
// and of pip are left out, as the report has none.
func TestFigures(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := check(&out, sample().Results)
	if err == nil || err.Error() != "5 figures are not reached" {
		t.Errorf("check: %v", err)
	}
	want := `
reached  fastapi, distroless/strip: compressed, of best by hand: 0.55, at most 0.70
reached  fastapi, distroless/strip: compressed: 22.0 MB, at most 23.0 MB
reached  fastapi, distroless/strip: on disk: 70.0 MB, at most 72.9 MB
MISSED   fastapi, distroless/strip: no-change build: 0.20 s, at most 0.08 s
reached  fastapi, distroless/strip: build after an edit: 0.30 s, at most 1.60 s
reached  fastapi, distroless/strip: different digests: 1, at most 1
reached  fastapi, distroless/strip: layers pushed after a bump: 1, at most 1
reached  fastapi, distroless/strip: both smaller and faster: 0, at most 0
MISSED   fastapi, distroless/compile: compressed, of best by hand: 1.02, at most 0.70
reached  fastapi, distroless/compile: no-change build: 0.06 s, at most 0.08 s
reached  fastapi, distroless/compile: build after an edit: 0.30 s, at most 1.60 s
MISSED   fastapi, distroless/compile: different digests: 2, at most 1
MISSED   fastapi, distroless/compile: layers pushed after a bump: 3, at most 2
reached  fastapi, distroless/compile: start at 2 CPUs, of slim/multi-stage, uv, compiled: 0.94, at most 1.00
reached  fastapi, distroless/compile: start at 0.5 CPU, of slim/multi-stage, uv, compiled: 0.93, at most 1.00
MISSED   fastapi, distroless/compile: both smaller and faster (distroless/best by hand): 1, at most 0
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// TestAllFiguresReached is no error.
func TestAllFiguresReached(t *testing.T) {
	t.Parallel()
	rs := sample().Results[:3]
	rs[2].Rounds[0].NoChange = 0.01
	var out strings.Builder
	if err := check(&out, rs); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
