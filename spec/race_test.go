//go:build race

package spec

// slowdown is what the race detector may cost.
const slowdown = 20
