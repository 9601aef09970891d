package main

import (
	"bytes"
	"fmt"
)

// The chart's measures, in pixels.
const (
	chartWidth = 960
	labelWidth = 280
	panelWidth = 250 // of the bars of sizes, and of those of starts
	textWidth  = 70  // beside a bar
	rowHeight  = 20
	barHeight  = 13
)

// chartStyle are colours that can be read on light and on dark pages alike.
const chartStyle = `<style>
text { font: 13px system-ui, sans-serif; fill: #6e7781 }
.title { font-weight: 600 }
.ours { font-weight: 600; fill: #2f81f7 }
rect { fill: #99a3ae }
rect.ours { fill: #2f81f7 }
</style>
`

// chart draws the sizes and starts of all images as bars, in SVG.
func chart(rs results) []byte {
	var body bytes.Buffer
	y := 10
	for _, s := range services() {
		if rows := rs.rows(s); len(rows) > 0 {
			y = panel(&body, s.name, rows, y)
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %[1]d %[2]d\" role=\"img\">\n", chartWidth, y)
	fmt.Fprintf(&out, "<title>Compressed size, and time to the first answer, of each image</title>\n%s", chartStyle)
	out.Write(body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// panel draws the images of a service from y on, and returns where it ends.
func panel(out *bytes.Buffer, title string, rows []row, y int) int {
	bars := []struct {
		title string
		value func(row) float64
		text  func(float64) string
	}{
		{"compressed", func(r row) float64 { return float64(r.Compressed) }, size},
		{"start, 2 CPUs", func(r row) float64 { return r.of(startup) }, seconds},
	}
	y += rowHeight
	label(out, "title", 0, y, title)
	for i, b := range bars {
		label(out, "title", labelWidth+i*(panelWidth+textWidth+20), y, b.title)
	}
	for _, r := range rows {
		y += rowHeight
		class := "other"
		if r.ours() {
			class = "ours"
		}
		label(out, class, 0, y, fmt.Sprintf("%s: %s", r.base, r.maker()))
		for i, b := range bars {
			most := 0.0
			for _, other := range rows {
				most = max(most, b.value(other))
			}
			bar(out, class, labelWidth+i*(panelWidth+textWidth+20), y, b.value(r)/most, b.text(b.value(r)))
		}
	}
	return y + rowHeight
}

// label writes a text, whose base line is at y.
func label(out *bytes.Buffer, class string, x, y int, text string) {
	fmt.Fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, x, y, text)
}

// bar draws a share of the width of a panel, and a text beside it.
func bar(out *bytes.Buffer, class string, x, y int, share float64, text string) {
	width := share * panelWidth
	fmt.Fprintf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n", class, x, y-barHeight+2, width, barHeight)
	label(out, class, x+int(width)+6, y, text)
}
