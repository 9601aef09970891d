package main

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// figure is a value that must not be more than another one.
type figure struct {
	what       string
	got, limit float64
	format     string // of both
}

func (f figure) reached() bool { return f.got <= f.limit }

// check prints which of the figures to reach are reached, and fails if one is not.
func check(out io.Writer, rs results) error {
	missed := 0
	fmt.Fprintln(out)
	for _, f := range figures(rs) {
		verdict := "reached"
		if !f.reached() {
			verdict = "MISSED "
			missed++
		}
		fmt.Fprintf(out, "%s  %s: "+f.format+", at most "+f.format+"\n", verdict, f.what, f.got, f.limit)
	}
	if missed > 0 {
		return fmt.Errorf("%d figures are not reached", missed)
	}
	return nil
}

// figures are those of all images of Keelback that were measured. One that is about
// something that was not measured is left out.
func figures(rs results) []figure {
	var list []figure
	for _, s := range services() {
		rows := rs.rows(s)
		for _, r := range rows {
			if !r.ours() {
				continue
			}
			for _, of := range []func(row, []row) []figure{sizeFigures, buildFigures, startFigures, frontier} {
				for _, f := range of(r, rows) {
					f.what = fmt.Sprintf("%s, %s: %s", s.name, r.id(), f.what)
					list = append(list, f)
				}
			}
		}
	}
	return list
}

// find is the row of a variant; ok is false if it was not measured.
func find(rows []row, b base, name string) (r row, ok bool) {
	for _, r := range rows {
		if r.base == b && r.name == name {
			return r, true
		}
	}
	return row{}, false
}

// limits are those of the fastapi example on Alpine, in MB.
var limits = map[string]struct{ compressed, unpacked float64 }{
	strip:    {17, 54},
	imported: {22, 66},
}

// On distroless it may be that many times as much.
const distrolessFactor = 1.35

func sizeFigures(r row, rows []row) []figure {
	var list []figure
	if hand, ok := find(rows, r.base, byHand); ok {
		list = append(list, figure{"compressed, of " + byHand, float64(r.Compressed) / float64(hand.Compressed), 0.70, "%.2f"})
	}
	limit, ok := limits[r.name]
	if r.Service != "fastapi" || !ok {
		return list
	}
	if r.base == distroless {
		limit.compressed *= distrolessFactor
		limit.unpacked *= distrolessFactor
	}
	return append(list,
		figure{"compressed", float64(r.Compressed) / 1e6, limit.compressed, "%.1f MB"},
		figure{"on disk", float64(r.Unpacked) / 1e6, limit.unpacked, "%.1f MB"})
}

// buildFigures hold builds against the fastest Dockerfile, and say whether they are the
// same each time. A bump pushes the group of the dependency, and its bytecode.
func buildFigures(r row, rows []row) []figure {
	list := []figure{}
	for _, c := range []struct {
		what  string
		value func(round) float64
	}{{"no-change build", noChange}, {"build after an edit", edit}} {
		if limit := fastest(rows, c.value); r.of(c.value) > 0 && !math.IsInf(limit, 1) {
			list = append(list, figure{c.what, r.of(c.value), limit, "%.2f s"})
		}
	}
	if _, known := r.equality(); known {
		list = append(list, figure{"different digests", float64(r.different()), 1, "%.0f"})
	}
	if r.of(bump) > 0 {
		limit := 1.0
		if r.name != strip {
			limit = 2
		}
		list = append(list, figure{"layers pushed after a bump", r.of(bumpLayers), limit, "%.0f"})
	}
	return list
}

// fastest is the least of a value that a Dockerfile has; infinite if none was measured.
func fastest(rows []row, value func(round) float64) float64 {
	least := math.Inf(1)
	for _, r := range rows {
		if took := r.of(value); !r.ours() && took > 0 {
			least = min(least, took)
		}
	}
	return least
}

// startFigures hold starts against other images: those of pip, our own, those of uv.
func startFigures(r row, rows []row) []figure {
	on := r.base
	if on == distroless {
		on = slim
	}
	var list []figure
	compare := func(b base, name string, limit float64) {
		other, ok := find(rows, b, name)
		for _, c := range []struct {
			cpus  string
			value func(round) float64
		}{{"2 CPUs", startup}, {"0.5 CPU", slowStart}} {
			if ok && r.of(c.value) > 0 && other.of(c.value) > 0 {
				list = append(list, figure{"start at " + c.cpus + ", of " + string(b) + "/" + name, r.of(c.value) / other.of(c.value), limit, "%.2f"})
			}
		}
	}
	switch r.name {
	case imported:
		compare(on, pip, 0.6)
		compare(r.base, compiled, 1.05)
	case compiled:
		compare(on, uvCompiled, 1)
	}
	return list
}

// frontier counts the images of Dockerfiles, on the same base or on slim, that are both
// smaller and faster.
func frontier(r row, rows []row) []figure {
	var better []string
	others := false
	for _, other := range rows {
		if other.ours() || other.base != r.base && other.base != slim {
			continue
		}
		others = true
		if other.Compressed < r.Compressed && other.of(startup) < r.of(startup) {
			better = append(better, other.id())
		}
	}
	if !others {
		return nil
	}
	what := "both smaller and faster"
	if len(better) > 0 {
		what += " (" + strings.Join(better, "; ") + ")"
	}
	return []figure{{what, float64(len(better)), 0, "%.0f"}}
}
