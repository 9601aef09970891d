package oci

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Summary is what an image is, in figures.
type Summary struct {
	Manifest   v1.Hash
	Config     v1.Hash
	Layers     []v1.Descriptor
	Compressed int64 // of all layers
	Unpacked   int64 // of the files, as they lie on a disk
}

// String returns the summary as lines of a word and its value.
func (s *Summary) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "manifest %s\nconfig %s\n", s.Manifest, s.Config)
	for i, layer := range s.Layers {
		fmt.Fprintf(&out, "layer %d %s %d\n", i+1, layer.Digest, layer.Size)
	}
	fmt.Fprintf(&out, "layers %d\ncompressed %d\nunpacked %d\n", len(s.Layers), s.Compressed, s.Unpacked)
	return out.String()
}

// Unpack lays an image out in dir: its files in rootfs, beside manifest.json and
// config.json. The image is an OCI archive or layout, or a reference to a registry;
// of several platforms one (OS/ARCH) must be named. It needs root, for the owners.
func Unpack(image, platform, dir string) (*Summary, error) {
	rootfs := filepath.Join(dir, "rootfs")
	if err := os.MkdirAll(rootfs, 0o755); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(dir, "archive-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	idx, err := open(image, tmp)
	if err != nil {
		return nil, err
	}
	img, err := selectPlatform(idx, platform)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", image, err)
	}
	for name, raw := range map[string]func() ([]byte, error){"manifest.json": img.RawManifest, "config.json": img.RawConfigFile} {
		data, err := raw()
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return nil, err
		}
	}
	if err := applyLayers(img, rootfs); err != nil {
		return nil, err
	}
	return summarize(img, rootfs)
}

func summarize(img v1.Image, rootfs string) (*Summary, error) {
	manifest, err := img.Manifest()
	if err != nil {
		return nil, err
	}
	s := &Summary{Config: manifest.Config.Digest, Layers: manifest.Layers}
	for _, layer := range manifest.Layers {
		s.Compressed += layer.Size
	}
	if s.Manifest, err = img.Digest(); err != nil {
		return nil, err
	}
	s.Unpacked, err = treeSize(rootfs)
	return s, err
}

// Config reads the configuration of an unpacked image.
func Config(dir string) (v1.Config, error) {
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return v1.Config{}, err
	}
	var file v1.ConfigFile
	err = json.Unmarshal(data, &file)
	return file.Config, err
}

// Provenance returns the statements about how an image was made, one for each platform.
func Provenance(image string) ([]json.RawMessage, error) {
	tmp, err := os.MkdirTemp("", "keelback-provenance-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	idx, err := open(image, tmp)
	if err != nil {
		return nil, err
	}
	attestations, err := platformImages(idx, true)
	if err != nil {
		return nil, err
	}
	var statements []json.RawMessage
	for _, img := range attestations {
		found, err := provenance(img)
		if err != nil {
			return nil, err
		}
		statements = append(statements, found...)
	}
	if len(statements) == 0 {
		return nil, fmt.Errorf("%s: no provenance", image)
	}
	return statements, nil
}

func provenance(attestations v1.Image) ([]json.RawMessage, error) {
	manifest, err := attestations.Manifest()
	if err != nil {
		return nil, err
	}
	var statements []json.RawMessage
	for _, desc := range manifest.Layers {
		if !strings.HasPrefix(desc.Annotations["in-toto.io/predicate-type"], "https://slsa.dev/provenance/") {
			continue
		}
		statement, err := readJSON(attestations, desc.Digest)
		if err != nil {
			return nil, err
		}
		statements = append(statements, statement)
	}
	return statements, nil
}

func readJSON(img v1.Image, digest v1.Hash) (statement json.RawMessage, err error) {
	layer, err := img.LayerByDigest(digest)
	if err != nil {
		return nil, err
	}
	r, err := layer.Compressed()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return statement, json.NewDecoder(r).Decode(&statement)
}
