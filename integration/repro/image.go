package main

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// image is the image of one platform.
type image struct {
	v1.Image

	digest v1.Hash
	layers []layer
}

// layer is a layer, and what its image says that it is.
type layer struct {
	v1.Layer

	digest v1.Hash
	size   int64
	title  string
}

// readImages reads the images of an OCI layout. They are named by the build and the
// platform.
func readImages(images map[string]*image, build, dir string) error {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return err
	}
	return readIndex(images, build, index)
}

func readIndex(images map[string]*image, build string, index v1.ImageIndex) error {
	manifest, err := index.IndexManifest()
	if err != nil {
		return err
	}
	for _, desc := range manifest.Manifests {
		if desc.MediaType.IsIndex() {
			below, err := index.ImageIndex(desc.Digest)
			if err != nil {
				return err
			}
			if err := readIndex(images, build, below); err != nil {
				return err
			}
			continue
		}
		img, err := index.Image(desc.Digest)
		if err != nil {
			return err
		}
		read, err := readImage(img, desc.Digest)
		if err != nil {
			return err
		}
		images[build+"\t"+desc.Platform.String()] = read
	}
	return nil
}

func readImage(img v1.Image, digest v1.Hash) (*image, error) {
	layers, err := img.Layers()
	if err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	titles := slices.DeleteFunc(slices.Clone(config.History), func(h v1.History) bool { return h.EmptyLayer })
	if len(titles) != len(layers) {
		return nil, fmt.Errorf("%s has %d layers, and the history of %d", digest, len(layers), len(titles))
	}
	read := &image{Image: img, digest: digest}
	for i, l := range layers {
		sum, err := l.Digest()
		if err != nil {
			return nil, err
		}
		size, err := l.Size()
		if err != nil {
			return nil, err
		}
		read.layers = append(read.layers, layer{l, sum, size, strings.TrimPrefix(titles[i].CreatedBy, "keelback: ")})
	}
	return read, nil
}

// entries are the entries of a layer in their order: all that the archive says of them,
// and the sum of what is in them.
func (l layer) entries() ([]string, error) {
	r, err := l.Uncompressed()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var lines []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, tr); err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("%s %c %04o %d:%d %q:%q %s size %d link %q %v sha256 %x",
			path.Clean("/"+h.Name), h.Typeflag, h.Mode, h.Uid, h.Gid, h.Uname, h.Gname, h.ModTime.UTC().Format("2006-01-02T15:04:05.999999999Z"), h.Size, h.Linkname, h.PAXRecords, sum.Sum(nil)))
	}
}

// within tells whether all files of a layer are below a directory.
func (l layer) within(dir string) (bool, error) {
	lines, err := l.entries()
	outside := slices.ContainsFunc(lines, func(line string) bool {
		name, _, _ := strings.Cut(line, " ")
		return name != dir && !strings.HasPrefix(name, dir+"/") && !strings.HasPrefix(dir, name+"/") && name != "/"
	})
	return !outside, err
}
