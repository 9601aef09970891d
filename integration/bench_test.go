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
// itself costs. The two kinds are measured in turn, so that a slow moment of the
// machine meets both.
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
	for _, c := range []struct {
		name string
		args []string
	}{
		{"keelback", []string{"--frontend", "gateway.v0", "--opt", "source=docker.io/keelback/keelback:1", "--opt", "filename=keelback.yaml", "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt"}},
		{"dockerfile", []string{"--frontend", "dockerfile.v0"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			build := func() {
				args := append([]string{"--addr", running.BuildKit, "build", "--progress", "plain", "--local", "context=" + dir, "--local", "dockerfile=" + dir}, c.args...)
				if out, err := exec.Command(filepath.Join(running.Bin, "buildctl"), args...).CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
			build()
			for b.Loop() {
				build()
			}
		})
	}
}
