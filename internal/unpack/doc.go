// Package unpack puts wheels into the tree of a virtual environment: what an
// installer does, from files alone. Nothing of a package is run.
//
// A wheel is taken as its specification says (binary distribution format, recording
// installed projects, entry points), and is taken to be hostile: first all wheels
// are read and what they would write is planned, with every rule checked; then the
// files are written, each checked against its RECORD while it is inflated. Where
// something is wrong, nothing is left of it.
//
// The result depends on the wheels only, not on their order, the clock, the user or
// the machine.
package unpack
