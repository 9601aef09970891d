package oci

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"
)

// openImage opens what a script names: an OCI archive (also as docker save writes
// it), an OCI layout, or a reference to the registry. The index it returns holds a
// single image too. The images are read from dir when they are in an archive.
func openImage(where, dir string) (v1.ImageIndex, error) {
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

// selectImage returns the image for a platform (OS/ARCH); without one there must be
// a single image.
func selectImage(idx v1.ImageIndex, platform string) (v1.Image, error) {
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

func cmdUnpack(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("unpack", flag.ContinueOnError)
	platform := flags.String("platform", "", "OS/ARCH")
	ts.Check(flags.Parse(args))
	if flags.NArg() != 2 {
		ts.Fatalf("usage: unpack [-platform OS/ARCH] IMAGE DIR")
	}
	expect(ts, neg, unpack(ts, imageName(ts, flags.Arg(0)), *platform, ts.MkAbs(flags.Arg(1))))
}

// imageName makes a path absolute, but not a reference.
func imageName(ts *testscript.TestScript, where string) string {
	if path := ts.MkAbs(where); where != "" {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return where
}

func unpack(ts *testscript.TestScript, where, platform, dir string) error {
	tmp, err := os.MkdirTemp("", "keelback-unpack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	idx, err := openImage(where, tmp)
	if err != nil {
		return err
	}
	img, err := selectImage(idx, platform)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	rootfs := filepath.Join(dir, "rootfs")
	if err := os.MkdirAll(rootfs, 0o755); err != nil {
		return err
	}
	if err := writeRaw(img.RawManifest, filepath.Join(dir, "manifest.json")); err != nil {
		return err
	}
	if err := writeRaw(img.RawConfigFile, filepath.Join(dir, "config.json")); err != nil {
		return err
	}
	if err := applyLayers(img, rootfs); err != nil {
		return err
	}
	return printImage(ts.Stdout(), img, rootfs)
}

func writeRaw(raw func() ([]byte, error), path string) error {
	data, err := raw()
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// printImage prints digests, the layers with their compressed sizes, and the sizes
// of the whole: compressed, and of the files as they lie on a disk.
func printImage(w io.Writer, img v1.Image, rootfs string) error {
	manifest, err := img.Manifest()
	if err != nil {
		return err
	}
	digest, err := img.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "manifest %s\nconfig %s\n", digest, manifest.Config.Digest)
	var compressed int64
	for i, layer := range manifest.Layers {
		fmt.Fprintf(w, "layer %d %s %d\n", i+1, layer.Digest, layer.Size)
		compressed += layer.Size
	}
	unpacked, err := treeSize(rootfs)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "layers %d\ncompressed %d\nunpacked %d\n", len(manifest.Layers), compressed, unpacked)
	return nil
}

func cmdProvenance(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: provenance IMAGE")
	}
	expect(ts, neg, provenance(ts.Stdout(), imageName(ts, args[0])))
}

// provenance prints the statements of an image that are about its provenance.
func provenance(w io.Writer, where string) error {
	tmp, err := os.MkdirTemp("", "keelback-provenance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	idx, err := openImage(where, tmp)
	if err != nil {
		return err
	}
	images, err := platformImages(idx, true)
	if err != nil {
		return err
	}
	for _, img := range images {
		manifest, err := img.Manifest()
		if err != nil {
			return err
		}
		for _, desc := range manifest.Layers {
			if !strings.HasPrefix(desc.Annotations["in-toto.io/predicate-type"], "https://slsa.dev/provenance/") {
				continue
			}
			if err := printBlob(w, img, desc.Digest); err != nil {
				return err
			}
			return nil
		}
	}
	return fmt.Errorf("%s: no provenance", where)
}

func printBlob(w io.Writer, img v1.Image, digest v1.Hash) error {
	layer, err := img.LayerByDigest(digest)
	if err != nil {
		return err
	}
	r, err := layer.Compressed()
	if err != nil {
		return err
	}
	defer r.Close()
	var statement any
	if err := json.NewDecoder(r).Decode(&statement); err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(statement)
}
