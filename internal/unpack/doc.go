// Package unpack puts wheels into the tree of a virtual environment: what an
// installer does, from files alone. Nothing of a package is run.
//
// A wheel is taken as its specification says (binary distribution format, recording
// installed projects, entry points), and is taken to be hostile: first all wheels
// are read and what they would write is planned, with every rule checked; then the
// files are written, each checked against its RECORD while it is inflated. Where
// something is wrong, nothing is left of it.
//
// What rules leave out (internal/slim) is planned and checked like all else, but neither
// read nor written. RECORD tells what was written, so it comes last.
//
// The result depends on the wheels and the rules only, not on their order, the clock,
// the user or the machine.
package unpack
