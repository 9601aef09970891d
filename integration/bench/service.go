package main

import "slices"

// service is an example that is measured.
type service struct {
	name  string
	app   string // folder of its code in the example; its module is app.main
	ask   string // path and query of the request that the first answer is for
	bases map[base]string
}

// base is what an image is made on.
type base string

// The bases. Dockerfiles on distroless are built in the image of slim, as the specs are.
const (
	slim       base = "slim"
	alpine     base = "Alpine"
	distroless base = "distroless"
)

const (
	slimPython   = "3.14-slim-trixie"
	alpinePython = "3.13-alpine3.22"
)

// services are measured in this order. Their bases are given by the tag of the image of
// Python.
func services() []service {
	return []service{
		{
			name: "fastapi", app: "orders", ask: "/healthz",
			bases: map[base]string{slim: slimPython, alpine: alpinePython, distroless: slimPython},
		},
		{
			name: "vector-search", app: "search", ask: "/search?q=joining+two+ropes",
			bases: map[base]string{slim: slimPython, distroless: slimPython},
		},
	}
}

// spec is the file of the example for a base.
func (s service) spec(b base) string {
	if _, both := s.bases[alpine]; both && b == distroless {
		return "keelback.distroless.yaml"
	}
	return "keelback.yaml"
}

// variant is one way to make the image of a service.
type variant struct {
	name   string
	base   base
	file   string // Dockerfile of testdata; empty: Keelback, and the name is the bytecode
	args   map[string]string
	output string // attributes of the output, beside its name
}

func (v variant) ours() bool { return v.file == "" }

// maker is how tables name a variant.
func (v variant) maker() string {
	if v.ours() {
		return "Keelback, " + v.name
	}
	return v.name
}

// id names a variant on the command line and in results.
func (v variant) id() string { return id(v.base, v.name) }

func id(b base, name string) string { return string(b) + "/" + name }

// The Dockerfiles, as tables name them.
const (
	naive      = "naive, pip"
	pip        = "multi-stage, pip"
	uv         = "multi-stage, uv"
	uvCompiled = "multi-stage, uv, compiled"
	byHand     = "best by hand"
)

// The values of bytecode in the spec.
const (
	strip    = "strip"
	imported = "imported"
	compiled = "compile"
)

// epoch is the time of all files of the best Dockerfiles, 2026-01-01.
const epoch = "1767225600"

// variants are the rows of the tables, in their order.
func variants() []variant {
	compile := map[string]string{"COMPILE": "1"}
	dated := map[string]string{"SOURCE_DATE_EPOCH": epoch}
	ours := func(b base) []variant {
		return []variant{{name: strip, base: b}, {name: imported, base: b}, {name: compiled, base: b}}
	}
	return slices.Concat(
		[]variant{
			{name: naive, base: slim, file: "naive.Dockerfile"},
			{name: pip, base: slim, file: "pip.Dockerfile"},
			{name: uv, base: slim, file: "uv.Dockerfile"},
			{name: uvCompiled, base: slim, file: "uv.Dockerfile", args: compile},
			{name: byHand, base: distroless, file: "distroless.Dockerfile", args: dated, output: "rewrite-timestamp=true"},
		},
		ours(distroless),
		[]variant{
			{name: pip, base: alpine, file: "pip.Dockerfile"},
			{name: uv, base: alpine, file: "uv.Dockerfile"},
			{name: uvCompiled, base: alpine, file: "uv.Dockerfile", args: compile},
			{name: byHand, base: alpine, file: "alpine.Dockerfile", args: dated, output: "rewrite-timestamp=true"},
		},
		ours(alpine),
	)
}
