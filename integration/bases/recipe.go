package main

import (
	"context"
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// recipe makes one image, under all of its names.
type recipe struct {
	refs  []string
	build func(ctx context.Context, m *maker) ([]v1.Image, error) // one image for each platform
}

// recipes are the images that the tests know, each made as the public one is,
// as far as that can be done without a container registry.
func recipes() []recipe {
	return []recipe{
		{refs: tags("docker.io/library/alpine", "3.22", "3.22.1"), build: alpine},
		{refs: tags("docker.io/library/python", "3.12-alpine3.22", "3.12.11-alpine3.22", "3.12-alpine"), build: pythonAlpine312},
		{refs: tags("docker.io/library/python", "3.13-alpine3.22", "3.13.2-alpine3.22", "3.13-alpine"), build: pythonAlpine313},
		{refs: tags("docker.io/keelback/test-alpine", "3.22"), build: localAlpine},
		{refs: tags("docker.io/keelback/test-python", "3.12-alpine3.22"), build: localPythonAlpine},
		{refs: tags("gcr.io/distroless/base-nossl-debian13", "latest"), build: distrolessBase(root)},
		{refs: tags("gcr.io/distroless/base-nossl-debian13", "nonroot"), build: distrolessBase(nonroot)},
		{refs: tags("gcr.io/distroless/cc-debian13", "latest"), build: distrolessCC(root)},
		{refs: tags("docker.io/library/debian", "trixie-slim", "13-slim"), build: debianSlim},
		{refs: tags("docker.io/library/python", "3.11-slim-trixie", "3.11.11-slim-trixie"), build: pythonStandalone(standalone311)},
		{refs: tags("docker.io/library/python", "3.13-slim-trixie"), build: pythonDebian},
		{refs: tags("docker.io/library/python", "3.14-slim-trixie", "3.14.6-slim-trixie"), build: pythonStandalone(standalone314)},
		{refs: tags("ghcr.io/astral-sh/uv", uvVersion), build: uv},
		{refs: tags("docker.io/library/golang", "1.26"), build: golang},
		{refs: tags("docker.io/library/docker", "26-dind"), build: dockerEngine},
	}
}

func tags(name string, tags ...string) []string {
	refs := make([]string, len(tags))
	for i, tag := range tags {
		refs[i] = name + ":" + tag
	}
	return refs
}

// selectRecipes returns the recipes of which a reference contains one of the names.
func selectRecipes(all []recipe, names []string) ([]recipe, error) {
	if len(names) == 0 {
		return all, nil
	}
	found := make([]bool, len(all))
	for _, name := range names {
		matched := false
		for i, r := range all {
			if strings.Contains(strings.Join(r.refs, " "), name) {
				found[i], matched = true, true
			}
		}
		if !matched {
			return nil, fmt.Errorf("%s: no such image (-list shows them)", name)
		}
	}
	var selected []recipe
	for i, r := range all {
		if found[i] {
			selected = append(selected, r)
		}
	}
	return selected, nil
}
