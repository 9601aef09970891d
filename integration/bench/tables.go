package main

import (
	"fmt"
	"slices"
	"strings"
)

// column is a column of a table: what it shows of a result.
type column struct {
	title string
	text  func(r *result) string
	value func(r *result) float64 // the least of a table is printed bold; nil: none is
}

// measuredAs is a column of a measured value.
func measuredAs(title string, value func(round) float64, text func(float64) string) column {
	of := func(r *result) float64 { return r.of(value) }
	return column{title, func(r *result) string { return text(of(r)) }, of}
}

// The columns about images, and about builds.
func imageColumns() []column {
	return []column{
		{"compressed", func(r *result) string { return size(float64(r.Compressed)) }, func(r *result) float64 { return float64(r.Compressed) }},
		{"on disk", func(r *result) string { return size(float64(r.Unpacked)) }, func(r *result) float64 { return float64(r.Unpacked) }},
		{"files", func(r *result) string { return fmt.Sprint(r.Files) }, func(r *result) float64 { return float64(r.Files) }},
		{"layers", func(r *result) string { return fmt.Sprint(r.Layers) }, nil},
		measuredAs("start, 2 CPUs", startup, seconds),
		measuredAs("start, 0.5 CPU", slowStart, seconds),
		measuredAs("memory", memory, size),
		{"same digest", sameDigest, nil},
	}
}

func buildColumns() []column {
	return []column{
		measuredAs("cold", cold, seconds),
		measuredAs("no change", noChange, seconds),
		measuredAs("app edited", edit, seconds),
		measuredAs("pushed", editBytes, size),
		measuredAs("dependency bumped", bump, seconds),
		measuredAs("pushed", bumpBytes, size),
	}
}

func sameDigest(r *result) string {
	equal, known := r.equality()
	switch {
	case !known:
		return "-"
	case equal:
		return "yes"
	}
	return "no"
}

// size prints bytes as people read them.
func size(bytes float64) string {
	switch {
	case bytes == 0:
		return "-"
	case bytes < 1e5:
		return fmt.Sprintf("%.1f kB", bytes/1e3)
	}
	return fmt.Sprintf("%.1f MB", bytes/1e6)
}

func seconds(s float64) string {
	if s == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f s", s)
}

// tables are all results in Markdown, a heading and two tables for each service.
func tables(rep *report) string {
	var out strings.Builder
	for _, s := range services() {
		rows := rep.Results.rows(s)
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(&out, "## %s\n\n", s.name)
		table(&out, rows, imageColumns())
		table(&out, rows, buildColumns())
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// row is a variant that was measured.
type row struct {
	variant
	*result
}

// rows are those of a service, in the order of the variants, without any that failed.
func (rs results) rows(s service) []row {
	var rows []row
	for _, v := range variants() {
		if r := rs.of(s.name, v.id()); r != nil && len(r.Rounds) > 0 {
			rows = append(rows, row{v, r})
		}
	}
	return rows
}

// table writes a table in Markdown.
func table(out *strings.Builder, rows []row, columns []column) {
	out.WriteString("| base | made by |")
	for _, c := range columns {
		fmt.Fprintf(out, " %s |", c.title)
	}
	fmt.Fprintf(out, "\n|---|---|%s\n", strings.Repeat("---|", len(columns)))
	for _, r := range rows {
		fmt.Fprintf(out, "| %s | %s |", r.base, r.maker())
		for _, c := range columns {
			text := c.text(r.result)
			if c.best(r.result, rows) {
				text = "**" + text + "**"
			}
			fmt.Fprintf(out, " %s |", text)
		}
		out.WriteString("\n")
	}
	out.WriteString("\n")
}

// best tells whether no row of several has less.
func (c column) best(r *result, rows []row) bool {
	if c.value == nil || len(rows) < 2 || c.value(r) == 0 {
		return false
	}
	return !slices.ContainsFunc(rows, func(other row) bool { return c.value(other.result) < c.value(r) })
}
