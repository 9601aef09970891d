// Package index is a package index on loopback that misbehaves as a test says, and
// makes the wheels and the locks that builds take from it.
package index
