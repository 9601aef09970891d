// Package lock reads what a build context says about a Python service before
// anything is built: which Python it runs on, which file locks its dependencies,
// and whether the project itself is to be installed.
//
// [Load] is its table of contents. It knows the formats of uv (uv.lock), of the
// Python standard (pylock.toml, PEP 751) and of pip (requirements.txt with
// hashes). Errors are [spec.Error]s: they point at the key of the spec that they
// belong to, and name the line of the other file.
package lock
