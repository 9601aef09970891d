// Package oci reads images as a test looks at them: their manifests, their files
// laid out on disk, and what differs between two of them.
package oci

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// open opens an OCI archive (also as docker save writes it), an OCI layout, or a
// reference to a registry. The index that it returns holds a single image too. What
// is in an archive gets extracted into dir.
func open(where, dir string) (v1.ImageIndex, error) {
	info, err := os.Stat(where)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return openRemote(where)
	case err != nil:
		return nil, err
	case info.IsDir():
		return layout.ImageIndexFromPath(where)
	}
	f, err := os.Open(where)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := extract(f, dir); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return layout.ImageIndexFromPath(dir)
}

func openRemote(where string) (v1.ImageIndex, error) {
	ref, err := name.ParseReference(where, name.Insecure)
	if err != nil {
		return nil, err
	}
	desc, err := remote.Get(ref)
	if err != nil {
		return nil, err
	}
	if desc.MediaType.IsIndex() {
		return desc.ImageIndex()
	}
	img, err := desc.Image()
	if err != nil {
		return nil, err
	}
	return mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: img}), nil
}

// extract writes the regular files of an archive below dir.
func extract(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for tr := tar.NewReader(r); ; {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if hdr.Typeflag != tar.TypeReg {
			continue
		}
		if err := root.MkdirAll(filepath.Dir(hdr.Name), 0o755); err != nil {
			return err
		}
		f, err := root.Create(hdr.Name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, tr); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
}

const attestation = "vnd.docker.reference.type"

// platformImages are the images in an index and the indexes below it: those that
// run, or those that hold attestations.
func platformImages(idx v1.ImageIndex, attestations bool) ([]v1.Image, error) {
	manifest, err := idx.IndexManifest()
	if err != nil {
		return nil, err
	}
	var images []v1.Image
	for _, desc := range manifest.Manifests {
		if desc.MediaType.IsIndex() {
			below, err := idx.ImageIndex(desc.Digest)
			if err != nil {
				return nil, err
			}
			more, err := platformImages(below, attestations)
			if err != nil {
				return nil, err
			}
			images = append(images, more...)
			continue
		}
		if (desc.Annotations[attestation] != "") != attestations {
			continue
		}
		img, err := idx.Image(desc.Digest)
		if err != nil {
			return nil, err
		}
		images = append(images, img)
	}
	return images, nil
}

// selectPlatform returns the image for a platform (OS/ARCH); without one there must be
// a single image.
func selectPlatform(idx v1.ImageIndex, platform string) (v1.Image, error) {
	images, err := platformImages(idx, false)
	if err != nil {
		return nil, err
	}
	var found []v1.Image
	for _, img := range images {
		config, err := img.ConfigFile()
		if err != nil {
			return nil, err
		}
		if platform == "" || platform == config.OS+"/"+config.Architecture {
			found = append(found, img)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d images for platform %q", len(found), platform)
	}
	return found[0], nil
}
