package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/ociindex"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
)

func (in *inputs) setNamedContexts(opt *client.SolveOpt) error {
	for _, value := range in.contexts {
		name, source, ok := strings.Cut(value, "=")
		if !ok {
			return usagef("--build-context %s: not of the form NAME=VALUE", value)
		}
		named, err := reference.ParseNormalizedNamed(name)
		if err != nil {
			return usagef("--build-context %s: %w", value, err)
		}
		name = strings.TrimSuffix(reference.FamiliarString(named), ":latest")
		if err := setNamedContext(opt, name, source); err != nil {
			return usagef("--build-context %s: %w", value, err)
		}
	}
	return nil
}

// setNamedContext gives the frontend a named context as buildx does.
func setNamedContext(opt *client.SolveOpt, name, source string) error {
	key := "context:" + name
	if path, ok := strings.CutPrefix(source, "oci-layout://"); ok {
		ref, err := ociLayout(opt, path)
		opt.FrontendAttrs[key] = ref
		return err
	}
	if remote := (&inputs{dir: source}).remote(); remote || strings.HasPrefix(source, "docker-image://") {
		opt.FrontendAttrs[key] = source
		return nil
	}
	abs, err := filepath.Abs(source)
	if err != nil {
		return err
	}
	local := name
	if name == dockerui.DefaultLocalNameContext || name == dockerui.DefaultLocalNameDockerfile {
		local = "_" + name
	}
	opt.FrontendAttrs[key] = "local:" + local
	opt.FrontendAttrs["sharedkey:localdir:"+name] = abs
	return mount(opt, local, source)
}

// ociLayout offers the OCI layout at DIR[:TAG][@DIGEST] and returns the reference by
// which the daemon asks for it.
func ociLayout(opt *client.SolveOpt, path string) (string, error) {
	path, pinned, _ := strings.Cut(path, "@")
	tag := ""
	if i := strings.LastIndex(path, ":"); i > strings.LastIndexAny(path, `/\`) {
		path, tag = path[:i], path[i+1:]
	}
	dgst := digest.Digest(pinned)
	if pinned == "" {
		index := ociindex.NewStoreIndex(path)
		desc, err := index.Get(tag)
		if err == nil && desc == nil && tag == "" {
			desc, err = index.GetSingle()
		}
		if err != nil {
			return "", err
		}
		if desc == nil {
			return "", fmt.Errorf("%s: not exactly one image with that name in the layout (add :TAG or @DIGEST)", path)
		}
		dgst = desc.Digest
	}
	if err := dgst.Validate(); err != nil {
		return "", err
	}
	store, err := local.NewStore(path)
	if err != nil {
		return "", err
	}
	id := fmt.Sprintf("layout-%d", len(opt.OCIStores))
	opt.OCIStores[id] = store
	return "oci-layout://" + id + "@" + dgst.String(), nil
}
