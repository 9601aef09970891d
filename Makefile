# Versions of the tools that are no part of go.mod.
BUILDX_VERSION   := v0.37.1
REGISTRY_VERSION := v3.0.0
BUILDKIT_VERSION := $(shell go list -m -f '{{.Version}}' github.com/moby/buildkit)

# What is kept between runs: downloads, base images, tools.
export KEELBACK_CACHE ?= $(CURDIR)/.cache
TOOLS := $(KEELBACK_CACHE)/tools

# With one set of flags for all, each package is compiled once. The Dockerfile has
# the same, for the same bytes.
export CGO_ENABLED = 0
export GOFLAGS = -trimpath -buildvcs=false
LDFLAGS := -s -w -buildid=

.PHONY: help build tools generate golden lint test unit integration demo repro fuzz fuzz-short bench test-rules test-services image clean
.DEFAULT_GOAL := help

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build keelback, keelback-frontend, keelback-step and buildkitd into bin/
	go build -ldflags "$(LDFLAGS)" -o bin/ ./cmd/...
	go build -ldflags "$(LDFLAGS) -X github.com/moby/buildkit/version.Version=$(BUILDKIT_VERSION)" -o bin/ github.com/moby/buildkit/cmd/buildkitd

tools: ## build what the tests use beside that: buildctl, buildx and a registry
	go build -o $(TOOLS)/ github.com/moby/buildkit/cmd/buildctl
	GOBIN=$(TOOLS) go install github.com/docker/buildx/cmd/buildx@$(BUILDX_VERSION)
	GOBIN=$(TOOLS) go install github.com/distribution/distribution/v3/cmd/registry@$(REGISTRY_VERSION)

generate: ## write the files that are made of Go comments: schema and reference
	go generate ./...

golden: ## rewrite the expected results of tests
	UPDATE_GOLDEN=1 go test ./...

lint: ## gofumpt, vet and staticcheck
	@files=$$(go tool gofumpt -l .) && if [ -n "$$files" ]; then echo "not formatted: $$files" >&2; exit 1; fi
	go vet -tags integration ./...
	go tool staticcheck -tags integration ./...

test: export KEELBACK_NEED_BUILDKIT = 1
test: build unit integration ## run all tests

unit: ## run the tests that need no daemon
	go test ./...

integration: build tools ## run the scripts of integration/testdata; needs root and runc
	go test -tags integration -count=1 -timeout 40m ./integration

demo: build tools ## build the example for both runtimes, start both and compare them
	go run ./integration/demo

repro: build tools ## build the examples in two ways that must not matter, and compare digests
	go run ./integration/repro

# Fuzz targets are found by their names. Some run at a time, with one worker each. An
# input that makes one fail stays in testdata/fuzz of its package, and so does its text
# in the output.
FUZZ = package=$$0 target=$$1 log=$$(mktemp); \
	if go test "$$package" -run "^$$" -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x -parallel 1 >"$$log" 2>&1; \
	then echo "ok    $$package $$target $$(grep -o "execs: [0-9]*" "$$log" | tail -1)"; rm "$$log"; \
	elif ! grep -q "Failing input" "$$log" && grep -q "context deadline exceeded" "$$log"; \
	then echo "ok    $$package $$target (its end came late)"; rm "$$log"; \
	else echo "FAIL  $$package $$target"; cat "$$log"; \
		sed -n "s|.*Failing input written to ||p" "$$log" | sed "s|^|$$package/|" | xargs -r tail -v -n +1; rm "$$log"; exit 1; \
	fi

# What CI fuzzes: the readers of files that others wrote.
READERS := Fuzz(UVLock|Pylock|Requirements|Poetry|PDM|Pipfile|Marker|Name|Version|Unpack|Record|EntryPoints|RequiresOf|Strip)$$

FUZZJOBS ?= 2
fuzz: FUZZTIME ?= 10m
fuzz: FUZZTARGETS ?= Fuzz
fuzz: ## run each fuzz target for ten minutes, or FUZZTIME
fuzz-short: FUZZTIME ?= 60s
fuzz-short: FUZZTARGETS ?= $(READERS)
fuzz-short: ## run the fuzz targets of locks, markers, versions and wheels for one minute each
fuzz fuzz-short:
	@grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | \
		sed -E 's|/[^/]*:func | |' | grep -E '$(FUZZTARGETS)' | sort -u | xargs -P $(FUZZJOBS) -L 1 sh -c '$(FUZZ)'

bench: build tools ## measure the examples beside Dockerfiles, and write docs/benchmarks.md
	go run ./integration/bench $(BENCH)

test-rules: ## show that each rule of slimming leaves its package working, and that it could fail
	go test -tags integration -count=1 -timeout 20m ./internal/slim

test-services: build tools ## build and use six services that are not ours
	go run ./integration/services

image: ## build the frontend's image for both architectures, with Docker
	docker buildx build --platform linux/amd64,linux/arm64 -t docker.io/keelback/keelback:1 .

clean: ## remove what was built; the cache stays
	rm -rf bin
