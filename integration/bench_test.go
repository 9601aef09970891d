//go:build integration

package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// dockerfile is a multi-stage Dockerfile of the kind that people write for the
// example, to compare with.
const dockerfile = `FROM docker.io/library/python:3.13-alpine3.22 AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uv
RUN ["/uv", "venv", "/opt/venv"]
COPY requirements.txt /
FROM docker.io/library/alpine:3.22
COPY --from=build /usr/local /usr/local
COPY --from=build /opt/venv /opt/venv
COPY orders /app/orders
`

// BenchmarkNoChange is a build in which nothing has changed: what the frontend
// itself costs, beside what docker/dockerfile does.
//
//	go test -tags integration ./integration -run '^$' -bench NoChange -count 5
func BenchmarkNoChange(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../examples/fastapi")); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		b.Fatal(err)
	}
	pushDockerfileFrontend(b)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"keelback", []string{"--frontend", "gateway.v0", "--opt", "source=docker.io/keelback/keelback:1", "--opt", "filename=keelback.yaml", "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt"}},
		{"dockerfile", []string{"--frontend", "gateway.v0", "--opt", "source=docker.io/docker/dockerfile:1"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			buildctl(b, dir, c.args...)
			for b.Loop() {
				buildctl(b, dir, c.args...)
			}
		})
	}
}

// pushDockerfileFrontend puts the frontend docker/dockerfile into the registry, made
// of the same release of BuildKit.
func pushDockerfileFrontend(b *testing.B) {
	dir := b.TempDir()
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", dir, "github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	text := "FROM scratch\nLABEL moby.buildkit.frontend.network.none=true\nCOPY dockerfile-frontend /\nENTRYPOINT [\"/dockerfile-frontend\"]\n"
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	buildctl(b, dir, "--frontend", "dockerfile.v0", "--output", "type=image,push=true,name="+running.Registry+"/docker/dockerfile:1")
}

func buildctl(b *testing.B, dir string, args ...string) {
	b.Helper()
	args = append([]string{"--addr", running.BuildKit, "build", "--progress", "plain", "--local", "context=" + dir, "--local", "dockerfile=" + dir}, args...)
	if out, err := exec.Command(filepath.Join(running.Bin, "buildctl"), args...).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}
