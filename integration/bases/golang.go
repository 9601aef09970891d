package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// golang makes the image that the project's own Dockerfile builds in: this
// machine's Go on Debian.
func golang(ctx context.Context, m *maker) ([]v1.Image, error) {
	base, err := m.debianLayer(ctx, "amd64", pythonPackages...)
	if err != nil {
		return nil, err
	}
	goroot, err := command(ctx, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	t, err := goTree(strings.TrimSpace(string(goroot)))
	if err != nil {
		return nil, err
	}
	tools, err := t.layer()
	if err != nil {
		return nil, err
	}
	return assembleAll(image{
		arch: "amd64", layers: []v1.Layer{base, tools}, by: "debian:trixie-slim with " + runtime.Version(),
		config: v1.Config{
			Env: []string{
				"PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
				"GOLANG_VERSION=" + strings.TrimPrefix(runtime.Version(), "go"), "GOTOOLCHAIN=local", "GOPATH=/go",
			},
			Cmd: []string{"bash"}, WorkingDir: "/go",
		},
	})
}

// goTree returns the Go tree without what builds do not read.
func goTree(goroot string) (tree, error) {
	t := tree{}
	err := filepath.WalkDir(goroot, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(goroot, path)
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || rel == "test" || rel == "api" || rel == "doc" || rel == "pkg/obj") {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		t.file(filepath.Join("usr/local/go", rel), string(data), int64(info.Mode().Perm()))
		return nil
	})
	t.dir("go/src", 0o1777)
	t.dir("go/bin", 0o1777)
	t.parents()
	return t, err
}
