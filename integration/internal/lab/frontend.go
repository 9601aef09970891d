package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// FrontendName is the frontend's image in the registry, which builds know as
// docker.io/keelback/keelback:1.
const FrontendName = "keelback/keelback:1"

// Frontend says where the frontend's image comes from.
type Frontend string

const (
	// FromDockerfile is the image that BuildKit builds from the project's Dockerfile.
	FromDockerfile Frontend = ""
	// FromBin is made of the programs of bin, which takes no minutes.
	FromBin Frontend = "bin"
	// NoFrontend leaves it out.
	NoFrontend Frontend = "none"
)

func (l *Lab) pushFrontend(ctx context.Context) error {
	switch l.opt.Frontend {
	case FromDockerfile:
		return l.buildFrontend(ctx)
	case FromBin:
		return l.pushPrograms(ctx)
	case NoFrontend:
		return nil
	}
	return fmt.Errorf("frontend: no %q (bin, none, or nothing for the Dockerfile's)", l.opt.Frontend)
}

func (l *Lab) buildFrontend(ctx context.Context) error {
	out, err := l.program(ctx, "buildctl", "--addr", l.BuildKit, "build", "--progress", "plain",
		"--frontend", "dockerfile.v0", "--local", "context="+l.opt.Repo, "--local", "dockerfile="+l.opt.Repo,
		"--opt", "platform=linux/amd64,linux/arm64", "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt",
		"--output", "type=image,push=true,name="+l.Registry+"/"+FrontendName).CombinedOutput()
	if err != nil {
		return fmt.Errorf("building the Dockerfile: %w\n%s", err, out)
	}
	return nil
}

// pushPrograms makes the image as the Dockerfile does, for amd64.
func (l *Lab) pushPrograms(ctx context.Context) error {
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
	ref, err := name.ParseReference(l.Registry+"/"+FrontendName, name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(ref, img, remote.WithContext(ctx))
}

// frontendLayer holds the two programs of the image, as its Dockerfile copies them.
func (l *Lab) frontendLayer() (v1.Layer, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, name := range []string{"keelback-frontend", "keelback-step"} {
		data, err := os.ReadFile(filepath.Join(l.Bin, name))
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
