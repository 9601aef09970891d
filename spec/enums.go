package spec

import (
	"slices"
	"strings"
)

// Base is the family of a runtime.
type Base string

const (
	// Alpine is Alpine Linux: musl, busybox, apk.
	Alpine Base = "alpine"

	// Distroless is Debian without a shell or a package manager: glibc.
	Distroless Base = "distroless"
)

// Bases are all values of [Base].
func Bases() []Base { return []Base{Alpine, Distroless} }

// SlimLevel is how much is left out of packages and of the standard library.
type SlimLevel string

const (
	// SlimNone leaves all files as they are.
	SlimNone SlimLevel = "none"

	// SlimSafe leaves out what no import and no documented API needs.
	SlimSafe SlimLevel = "safe"

	// SlimMax leaves out what only some uses of a package need, too.
	SlimMax SlimLevel = "max"
)

// SlimLevels are all values of [SlimLevel].
func SlimLevels() []SlimLevel { return []SlimLevel{SlimNone, SlimSafe, SlimMax} }

// Bytecode is which modules are compiled.
type Bytecode string

const (
	// BytecodeStrip has none: each start compiles what it imports.
	BytecodeStrip Bytecode = "strip"

	// BytecodeImported has the modules that the service loads from its start to its
	// first healthy answer, as the smoke gate sees it.
	BytecodeImported Bytecode = "imported"

	// BytecodeCompile has all modules of the standard library, the packages and the
	// app.
	BytecodeCompile Bytecode = "compile"
)

// Bytecodes are all values of [Bytecode].
func Bytecodes() []Bytecode { return []Bytecode{BytecodeStrip, BytecodeImported, BytecodeCompile} }

// SmokeGate tells whether an image is tried before it is handed over.
type SmokeGate string

const (
	// SmokeOn tries it.
	SmokeOn SmokeGate = "on"

	// SmokeOff does not.
	SmokeOff SmokeGate = "off"
)

// SmokeGates are all values of [SmokeGate].
func SmokeGates() []SmokeGate { return []SmokeGate{SmokeOn, SmokeOff} }

// checkWord reports a value that is none of some words.
func checkWord[T ~string](p *problems, at, what string, value T, words []T) {
	if p.has(at) || slices.Contains(words, value) {
		return
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	last := len(names) - 1
	p.addf(at, "unknown %s %s (%s or %s)", what, quote(string(value)), strings.Join(names[:last], ", "), names[last])
}
