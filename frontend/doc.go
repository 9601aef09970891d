// Package frontend is the BuildKit frontend: it reads the spec, compiles it for
// each platform, and has BuildKit solve the graph.
//
// [Build] serves both programs: keelback-frontend calls it from the image that a
// `# syntax=` line names, keelback from its own process.
package frontend
