package main

import (
	"fmt"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// image is what an image of one platform is made of.
type image struct {
	arch    string
	created time.Time
	config  v1.Config
	layers  []v1.Layer
	history []v1.History // one entry for each layer when nil
	by      string       // how the layers were made, for the history
}

// assemble returns the OCI image.
func (i image) assemble() (v1.Image, error) {
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.AppendLayers(img, i.layers...)
	if err != nil {
		return nil, err
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	if i.created.IsZero() {
		i.created = time.Unix(epoch, 0).UTC()
	}
	file.Created = v1.Time{Time: i.created}
	file.OS, file.Architecture, file.Config, file.History = "linux", i.arch, i.config, i.history
	if i.arch == "arm64" {
		file.Variant = "v8"
	}
	if file.History == nil {
		for range i.layers {
			file.History = append(file.History, v1.History{Created: file.Created, CreatedBy: i.by})
		}
	}
	return mutate.ConfigFile(img, file)
}

// index returns an image index of the images, as multi-platform images have it.
func index(images []v1.Image) (v1.ImageIndex, error) {
	idx := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, img := range images {
		file, err := img.ConfigFile()
		if err != nil {
			return nil, err
		}
		if file.Architecture == "" {
			return nil, fmt.Errorf("image without an architecture")
		}
		idx = mutate.AppendManifests(idx, mutate.IndexAddendum{
			Add:        img,
			Descriptor: v1.Descriptor{Platform: file.Platform()},
		})
	}
	return idx, nil
}
