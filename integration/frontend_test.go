//go:build integration

package integration

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// frontendName is the frontend's image in the registry: docker.io/keelback/keelback:1
// to builds.
const frontendName = "keelback/keelback:1"

// pushFrontend puts the frontend's image into the registry, built from the
// project's Dockerfile. KEELBACK_FRONTEND=bin makes it from the programs of bin
// instead, which takes no minutes, for a quick try.
func (l *lab) pushFrontend(ctx context.Context) error {
	if os.Getenv("KEELBACK_FRONTEND") == "bin" {
		return l.pushFrontendOfBin(ctx)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(l.bin, "buildctl"), "--addr", l.buildkit, "build",
		"--progress", "plain", "--frontend", "dockerfile.v0", "--local", "context="+l.repo, "--local", "dockerfile="+l.repo,
		"--opt", "platform=linux/amd64,linux/arm64", "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt",
		"--output", "type=image,push=true,name="+l.registry+"/"+frontendName).CombinedOutput()
	if err != nil {
		return fmt.Errorf("Dockerfile: %w\n%s", err, out)
	}
	return nil
}

func (l *lab) pushFrontendOfBin(ctx context.Context) error {
	layer, err := l.frontendLayer()
	if err != nil {
		return err
	}
	img, err := mutate.AppendLayers(mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON), layer)
	if err != nil {
		return err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", "amd64"
	config.Config = v1.Config{
		Entrypoint: []string{"/keelback-frontend"},
		Labels: map[string]string{
			"moby.buildkit.frontend.network.none": "true",
			"moby.buildkit.frontend.caps": "moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests," +
				"moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring",
		},
	}
	if img, err = mutate.ConfigFile(img, config); err != nil {
		return err
	}
	ref, err := name.ParseReference(l.registry+"/"+frontendName, name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(ref, img, remote.WithContext(ctx))
}

// frontendLayer holds the two programs of the image, as its Dockerfile copies them.
func (l *lab) frontendLayer() (v1.Layer, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, name := range []string{"keelback-frontend", "keelback-step"} {
		data, err := os.ReadFile(filepath.Join(l.bin, name))
		if err != nil {
			return nil, err
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil }
	return tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer))
}
