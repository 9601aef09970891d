package main

import (
	"archive/tar"
	"context"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const uvVersion = "0.13.9"

// uvWheels hold the static binaries, by architecture.
var uvWheels = map[string]wheel{
	"amd64": {
		name: "uv", version: uvVersion, platform: "musllinux_1_1_x86_64",
		sha256:  "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
		instead: "a later release of uv",
	},
	"arm64": {
		name: "uv", version: uvVersion, platform: "musllinux_1_1_aarch64",
		sha256:  "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
		instead: "a later release of uv",
	},
}

// uv makes the image of uv: its two programs and nothing else.
func uv(ctx context.Context, m *maker) ([]v1.Image, error) {
	var images []image
	for _, arch := range []string{"amd64", "arm64"} {
		z, err := m.wheel(ctx, uvWheels[arch])
		if err != nil {
			return nil, err
		}
		t := tree{}
		for _, program := range []string{"uv", "uvx"} {
			data, err := unzip(z, ".data/scripts/"+program)
			if err != nil {
				return nil, err
			}
			t.add(program, entry{kind: tar.TypeReg, mode: 0o755, time: epoch, data: data})
		}
		layer, err := t.layer()
		if err != nil {
			return nil, err
		}
		images = append(images, image{
			arch:   arch,
			config: v1.Config{Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, Entrypoint: []string{"/uv"}, WorkingDir: "/io"},
			layers: []v1.Layer{layer},
			by:     "programs of the wheel of uv " + uvVersion,
		})
	}
	return assembleAll(images...)
}
