package spec

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schemaJSON []byte

// Schema is the JSON Schema (2020-12) of a spec, for editors. What it accepts may
// still break one of the rules of [Parse].
func Schema() []byte { return slices.Clone(schemaJSON) }
