// Package spec reads the build file of a Python service, keelback.yaml.
//
// The whole format, in one screen:
//
//	# syntax=docker.io/keelback/keelback:1
//	name: orders-api
//	version: 1.4.0                 # of the service: labels
//	python: "3.13"                 # or from .python-version, or requires-python
//	runtime: alpine                # or distroless, or {base, image, packages}
//	dependencies:
//	  lock: uv.lock                # found by itself when there is just one
//	  extras: [postgres]
//	  groups: []                   # development groups are off
//	  allow_sdist: [psycopg2]      # building runs code: named packages only
//	builder:
//	  packages: [build-base, libpq-dev]
//	app:
//	  include: [src]
//	  exclude: ["**/fixtures"]
//	command: [uvicorn, orders.main:app, --host, 0.0.0.0, --port, "8000"]
//	ports: [8000]
//	env: {LOG_LEVEL: "${LOG_LEVEL}"}
//	args: {LOG_LEVEL: info}        # build arguments, with their defaults
//	health: {http: /healthz}       # of the one port, every 30 seconds
//	user: {name: appuser, uid: 1001}
//	writable: [/data]              # all else is read-only for the service
//	threads: 2                     # of native libraries
//	slim: safe                     # or none, max, {level, keep, drop}
//	bytecode: imported             # or strip (smallest), compile
//	optimize: 1                    # leaves out assert
//	smoke: {timeout: 90s}          # the image is started before it is handed over
//	budget: {size: 60MB, compressed: 20MB, packages: 40}
//	labels: {team: orders}
//	stop_signal: SIGINT
//
// Only name and command are required, and the version of Python where neither
// .python-version nor requires-python gives it. A key that is not known is an error, as are
// aliases, anchors, merge keys, tags and more than one document: a spec means what
// it seems to say. Texts that YAML takes for something else are written in quotes:
// "3.13", "8000", "on". A spec has at most 64 KiB, 100 levels, and 1000 items in a
// list or mapping.
//
// Each problem is reported with its place, all at once, in the order of the file:
//
//	keelback.yaml:7:9: runtime.base: unknown base "debain" (alpine or distroless)
//
// An image is for all to read who can pull it, so a value that looks like a secret
// is an error: by the name of its variable, as in DB_PASSWORD, or by its form, as
// a URL with a password.
package spec

//go:generate go run ../internal/specdoc
