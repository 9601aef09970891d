// Package lock reads what a build context says about a Python service before
// anything is built: which Python it runs on, which file locks its dependencies,
// and whether the project itself is to be installed; and it chooses, for a target,
// what of the lock is installed.
//
// [Load] is its table of contents. It reads the formats of uv (uv.lock), of the
// Python standard (pylock.toml, PEP 751), of pip (requirements.txt with hashes), of
// Poetry, PDM and Pipenv. All but uv.lock become a list of packages in the shape of
// PEP 751, with the markers on the packages; uv.lock stays a graph, with the markers
// on its edges, which is walked for each target. [Lock.Select] goes on from there in
// the same way for all: one entry for each name, the best wheel by its tags, or a
// source where it may be built.
//
// A lock without URLs is completed: [Lock.Missing] says what an index is to be asked,
// and [Lock.Complete] takes of the answers only files whose sha256 is locked.
//
// Everything fails closed: what has no sha256, lies outside of the context, holds a
// password or applies twice is an error. Errors are [spec.Error]s: they point at the
// key of the spec that they belong to, and name the line of the other file.
package lock
