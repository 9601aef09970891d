package llb

import (
	"strings"

	"github.com/keelback/keelback/spec"
)

// family is what differs between the families of runtimes, as data.
type family struct {
	base    string                           // image that the runtime is built on
	builder string                           // image of Python of the same release, without its version
	musl    bool                             // else glibc
	install func(packages []string) []string // argv
	cache   []string                         // folders of the package manager worth keeping between builds
	env     map[string]string                // of the package manager
}

// familyOf is the table of builder and runtime releases that belong together:
// what is compiled or linked in the one has to run in the other.
func familyOf(base spec.Base) family {
	switch base {
	case spec.Distroless:
		return family{
			base:    "gcr.io/distroless/base-nossl-debian13",
			builder: "docker.io/library/python:X-slim-trixie",
			install: func(packages []string) []string {
				return append([]string{"apt-get", "install", "--update", "--yes", "--no-install-recommends", "--"}, packages...)
			},
			cache: []string{"/var/cache/apt"},
			env:   map[string]string{"DEBIAN_FRONTEND": "noninteractive"},
		}
	default:
		return family{
			base:    "docker.io/library/alpine:3.22",
			builder: "docker.io/library/python:X-alpine3.22",
			musl:    true,
			install: func(packages []string) []string {
				return append([]string{"apk", "add", "--no-progress", "--cache-dir", "/var/cache/apk", "--"}, packages...)
			},
			cache: []string{"/var/cache/apk"},
		}
	}
}

// python is the builder image for a version of Python.
func (f family) python(version string) string {
	return strings.Replace(f.builder, "X", version, 1)
}
