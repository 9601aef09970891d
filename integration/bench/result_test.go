package main

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values []float64
		want   float64
	}{
		"nothing":                 {nil, 0},
		"one":                     {[]float64{3}, 3},
		"the one in the middle":   {[]float64{9, 1, 2}, 2},
		"between two":             {[]float64{4, 1, 2, 100}, 3},
		"one round that was slow": {[]float64{1, 1, 60, 1, 1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := median(c.values); got != c.want {
				t.Errorf("median(%v) = %v, want %v", c.values, got, c.want)
			}
		})
	}
}

// TestEquality needs two clean builds.
func TestEquality(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		digests []string
		want    string
	}{
		{nil, "-"},
		{[]string{"a"}, "-"},
		{[]string{"a", "a", "a"}, "yes"},
		{[]string{"a", "b", "a"}, "no"},
	} {
		if got := sameDigest(&result{Digests: c.digests}); got != c.want {
			t.Errorf("%v: %s, want %s", c.digests, got, c.want)
		}
	}
}

// TestReportIsKept writes a report and reads it.
func TestReportIsKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "results.json")
	rep := sample()
	if err := rep.write(file); err != nil {
		t.Fatal(err)
	}
	got, err := readReport(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rep, got); diff != "" {
		t.Error(diff)
	}
}

// sample is a report of three images on distroless and one on slim.
func sample() *report {
	same := []string{"a", "a"}
	return &report{Processors: 2, Results: results{
		{
			Service: "fastapi", Variant: id(slim, uvCompiled), Compressed: 73_000_000, Unpacked: 198_000_000, Files: 5850, Layers: 4,
			Digests: []string{"a", "b"}, Rounds: []round{{Cold: 5, NoChange: 0.08, Edit: 1.6, Bump: 2.5, EditBytes: 13_600_000, BumpBytes: 13_700_000, BumpLayers: 1, Start: 0.8, SlowStart: 1.5}},
		},
		{
			Service: "fastapi", Variant: id(distroless, byHand), Compressed: 40_000_000, Unpacked: 105_000_000, Files: 3601, Layers: 13,
			Digests: same, Rounds: []round{{Cold: 5, NoChange: 1.9, Edit: 2, Bump: 7, EditBytes: 7376, BumpBytes: 13_700_000, BumpLayers: 1, Start: 0.7, SlowStart: 1.3}},
		},
		{
			Service: "fastapi", Variant: id(distroless, strip), Compressed: 22_000_000, Unpacked: 70_000_000, Files: 2000, Layers: 14,
			Digests: same, Rounds: []round{{Cold: 5, NoChange: 0.2, Edit: 0.3, Bump: 1, EditBytes: 7000, BumpBytes: 900_000, BumpLayers: 1, Start: 1.7, SlowStart: 2.6}},
		},
		{
			Service: "fastapi", Variant: id(distroless, compiled), Compressed: 41_000_000, Unpacked: 110_000_000, Files: 4000, Layers: 20,
			Digests: []string{"a", "b"}, Rounds: []round{{Cold: 5, NoChange: 0.06, Edit: 0.3, Bump: 1, EditBytes: 7000, BumpBytes: 2_900_000, BumpLayers: 3, Start: 0.75, SlowStart: 1.4}},
		},
	}}
}
