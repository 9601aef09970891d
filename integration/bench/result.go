package main

import (
	"encoding/json"
	"os"
	"slices"
)

// result is what was measured of one variant of a service.
type result struct {
	Service, Variant string

	Compressed int64 // bytes of all layers, as they are pulled
	Unpacked   int64 // bytes of all files
	Files      int   // and links
	Layers     int

	Digests []string // of clean builds
	Rounds  []round
}

// round is what was measured of a variant in one round. Times are in seconds; what was
// not measured is 0.
type round struct {
	Cold, NoChange, Edit, Bump float64
	EditBytes, BumpBytes       int64
	EditLayers, BumpLayers     int

	Start     float64 // to the first answer, with two processors
	SlowStart float64 // with half of one
	Memory    int64   // after the first answer
}

// of is the median of a value of all rounds that measured it. Single rounds depend on
// what else the machine did.
func (r *result) of(value func(round) float64) float64 { return median(r.values(value)) }

func (r *result) values(value func(round) float64) []float64 {
	var values []float64
	for _, round := range r.Rounds {
		if v := value(round); v != 0 {
			values = append(values, v)
		}
	}
	return values
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func cold(r round) float64       { return r.Cold }
func noChange(r round) float64   { return r.NoChange }
func edit(r round) float64       { return r.Edit }
func bump(r round) float64       { return r.Bump }
func editBytes(r round) float64  { return float64(r.EditBytes) }
func bumpBytes(r round) float64  { return float64(r.BumpBytes) }
func bumpLayers(r round) float64 { return float64(r.BumpLayers) }
func startup(r round) float64    { return r.Start }
func slowStart(r round) float64  { return r.SlowStart }
func memory(r round) float64     { return float64(r.Memory) }

// different counts the digests of clean builds.
func (r *result) different() int {
	return len(slices.Compact(slices.Sorted(slices.Values(r.Digests))))
}

// equality tells whether all clean builds gave one digest, if there were several.
func (r *result) equality() (equal, known bool) { return r.different() == 1, len(r.Digests) > 1 }

// results are those of all variants that were measured.
type results []*result

// of finds the result of a variant; it is nil if there is none.
func (rs results) of(service, variant string) *result {
	for _, r := range rs {
		if r.Service == service && r.Variant == variant {
			return r
		}
	}
	return nil
}

// report is a run of this program: what it measured, and on how many processors.
type report struct {
	Processors int
	Results    results
}

func readReport(file string) (*report, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &report{}
	return r, json.Unmarshal(data, r)
}

func (r *report) write(file string) error {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}
