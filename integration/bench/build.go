package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// buildctl builds a Dockerfile of testdata, by the frontend of the daemon itself.
func (b *bench) buildctl(ctx context.Context, dockerfile string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(b.lab.Bin, "buildctl"), append([]string{
		"--addr", b.lab.BuildKit, "build", "--progress", "plain", "--frontend", "dockerfile.v0",
		"--local", "dockerfile=" + filepath.Join(b.repo, "integration/bench/testdata"), "--opt", "filename=" + dockerfile,
	}, args...)...)
	return run(cmd)
}

// run runs a command, the output of which is shown if it fails.
func run(cmd *exec.Cmd) error {
	if log, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, log)
	}
	return nil
}

// build builds and pushes the image of a variant, and returns how long it took.
func (b *bench) build(ctx context.Context, v variant, c checkout, image string) (time.Duration, error) {
	output := "type=image,push=true,registry.insecure=true,name=" + image
	begin := time.Now()
	if v.ours() {
		cmd := exec.CommandContext(ctx, filepath.Join(b.lab.Bin, "keelback"), "build", c.dir,
			"--file", filepath.Join(c.dir, c.service.spec(v.base)), "--build-arg", "KEELBACK_INDEX="+b.wheels.index(),
			"--provenance=false", "--progress", "plain", "--output", output)
		cmd.Env = append(os.Environ(), "BUILDKIT_HOST="+b.lab.BuildKit)
		err := run(cmd)
		return time.Since(begin), err
	}
	if v.output != "" {
		output += "," + v.output
	}
	args := []string{"--local", "context=" + c.dir, "--output", output}
	values := map[string]string{"PYTHON": c.service.bases[v.base], "INDEX": b.wheels.index(), "APP": c.service.app}
	maps.Copy(values, v.args)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		args = append(args, "--opt", "build-arg:"+name+"="+values[name])
	}
	err := b.buildctl(ctx, v.file, args...)
	return time.Since(begin), err
}

// digestOf asks a registry for the digest of an image.
func digestOf(ctx context.Context, image string) (string, error) {
	ref, err := name.ParseReference(image, name.Insecure)
	if err != nil {
		return "", err
	}
	desc, err := remote.Head(ref, remote.WithContext(ctx))
	if err != nil {
		return "", err
	}
	return desc.Digest.String(), nil
}
