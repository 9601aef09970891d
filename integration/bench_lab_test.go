//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// bases are what both sides of the benchmarks build on.
const bases = `FROM docker.io/library/python:3.13-alpine3.22 AS python
FROM docker.io/library/alpine:3.22 AS alpine
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv
FROM scratch
COPY --from=python /etc/os-release /python
COPY --from=alpine /etc/os-release /alpine
COPY --from=uv /uv /uv
`

// coldCache leaves nothing in the daemon but the base images, unpacked.
func coldCache(b *testing.B, platforms ...string) {
	b.Helper()
	prune := exec.Command(filepath.Join(running.Bin, "buildctl"), "--addr", running.BuildKit, "prune", "--all")
	if out, err := prune.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(bases), 0o644); err != nil {
		b.Fatal(err)
	}
	for _, p := range append([]string{"linux/amd64"}, platforms...) {
		buildctl(b, dir, "--frontend", "dockerfile.v0", "--opt", "platform="+p)
	}
}

// benchContext is the fastapi example, with a Dockerfile.
func benchContext(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for _, from := range []string{"../examples/fastapi", "testdata/bench"} {
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// lockedContext is the same with a lock that `keelback lock` has completed.
func lockedContext(b *testing.B) string {
	b.Helper()
	dir := benchContext(b)
	keelback(b, "lock", dir, "--secret", authorities)
	spec, err := os.OpenFile(filepath.Join(dir, "keelback.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	_, err = spec.WriteString("dependencies: {lock: pylock.toml}\n")
	if err := errors.Join(err, spec.Close()); err != nil {
		b.Fatal(err)
	}
	return dir
}

// authorities is a secret, for those who are behind a proxy that ends TLS.
const authorities = "id=ca,src=/etc/ssl/certs/ca-certificates.crt"

// keelback runs the program, and returns its progress as it is for programs.
func keelback(b *testing.B, args ...string) []byte {
	b.Helper()
	cmd := exec.Command(filepath.Join(running.Bin, "keelback"), append(args, "--progress", "rawjson")...)
	cmd.Env = append(os.Environ(), "BUILDKIT_HOST="+running.BuildKit)
	return progressOf(b, cmd)
}

// dockerfileBuild builds the context's Dockerfile, and returns the progress likewise.
func dockerfileBuild(b *testing.B, dir string, args ...string) []byte {
	b.Helper()
	return progressOf(b, exec.Command(filepath.Join(running.Bin, "buildctl"), append([]string{
		"--addr", running.BuildKit, "build", "--progress", "rawjson", "--frontend", "dockerfile.v0",
		"--local", "context=" + dir, "--local", "dockerfile=" + dir, "--secret", authorities,
	}, args...)...))
}

func progressOf(b *testing.B, cmd *exec.Cmd) []byte {
	b.Helper()
	var progress bytes.Buffer
	cmd.Stderr = &progress
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v\n%s", cmd.Args, err, progress.Bytes())
	}
	return progress.Bytes()
}

// seconds is how long something takes.
func seconds(run func()) float64 {
	begin := time.Now()
	run()
	return time.Since(begin).Seconds()
}

// report gives the medians of all rounds as metrics: what single rounds took depends on
// what else the machine did.
func report(b *testing.B, rounds map[string][]float64) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	for unit, values := range rounds {
		b.Logf("%s: %.4g", unit, values)
		b.ReportMetric(median(values), unit)
	}
}

// ratios are those of each round, in which both were measured at about the same time.
func ratios(values, to []float64) []float64 {
	var list []float64
	for i, v := range values {
		list = append(list, v/to[i])
	}
	return list
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// vertex is a step of a build that was run.
type vertex struct {
	Digest, Name       string
	Started, Completed *time.Time
	Cached             bool
}

// ran lists the steps that were run, in the order in which they began: none that the
// cache had, and nothing that is a part of every build.
func ran(b *testing.B, progress []byte) []vertex {
	b.Helper()
	last := map[string]vertex{}
	for d := json.NewDecoder(bytes.NewReader(progress)); ; {
		var status struct{ Vertexes []vertex }
		if err := d.Decode(&status); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			b.Fatalf("progress: %v", err)
		}
		for _, v := range status.Vertexes {
			last[v.Digest] = v
		}
	}
	var list []vertex
	for _, v := range last {
		if v.Started != nil && v.Completed != nil && !v.Cached && !strings.HasPrefix(v.Name, "[internal]") {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b vertex) int { return a.Started.Compare(*b.Started) })
	return list
}

// logSteps writes to the log where the time of a build went.
func logSteps(b *testing.B, title string, progress []byte) {
	b.Helper()
	list := ran(b, progress)
	for _, v := range list {
		b.Logf("%s: %6.2f s to %6.2f s  %s", title, v.Started.Sub(*list[0].Started).Seconds(), v.Completed.Sub(*list[0].Started).Seconds(), v.Name)
	}
}

// pushes counts what is pushed to the lab's registry by way of it.
type pushes struct {
	address string

	mu    sync.Mutex
	bytes int64
	blobs []string // sizes, for the log
}

// countPushes starts a proxy of the registry.
func countPushes(b *testing.B) *pushes {
	p := &pushes{}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: running.Registry})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut || r.Method == http.MethodPatch {
			body := &counted{ReadCloser: r.Body}
			r.Body = body
			defer func() { p.add(r.URL.Path, body.n) }()
		}
		proxy.ServeHTTP(w, r)
	}))
	b.Cleanup(server.Close)
	p.address = strings.TrimPrefix(server.URL, "http://")
	return p
}

func (p *pushes) add(path string, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += n
	if n > 0 {
		what := "blob"
		if strings.Contains(path, "/manifests/") {
			what = "manifest"
		}
		p.blobs = append(p.blobs, fmt.Sprintf("%s of %d", what, n))
	}
}

// take gives what has come since the last call: bytes, and a text about the parts.
func (p *pushes) take() (int64, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, text := p.bytes, strings.Join(p.blobs, ", ")
	p.bytes, p.blobs = 0, nil
	return n, text
}

type counted struct {
	io.ReadCloser
	n int64
}

// Read counts what is read.
func (c *counted) Read(data []byte) (int, error) {
	n, err := c.ReadCloser.Read(data)
	c.n += int64(n)
	return n, err
}
