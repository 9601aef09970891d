package main

// useScience computes with each of the packages, and draws in three formats.
func useScience(v *visit) {
	v.same("/fit", `{"a":2.5,"b":1.3}`)
	v.same("/numbers", `"integrate":2.0`, `"special":24.0`, `"docs":true`)
	v.same("/learn", `"setosa"`, `"described":true`, `"digits":[1797,8,8]`)
	v.get("/page", "<style>", "Ridge", "sk-container-id")
	v.same("/table", `"Kiel":18.0`, `2024-01-01 00:00:00+01:00`, `"equal":true`)
	v.same("/arrow", `"Rostock"`, `"total":3`)
	v.same("/plot.png", "\x89PNG")
	v.binary("/plot.pdf", "%PDF-1.4")
	v.get("/plot.svg", "<svg ", "DejaVuSans", "DejaVuSerif", "DejaVuSansMono")
}
