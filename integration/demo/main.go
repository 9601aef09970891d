// Command demo builds the fastapi example for both runtimes, starts both images as
// strictly as a platform would, asks each for /healthz, and prints what they are in
// figures.
//
//	make demo
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/keelback/keelback/integration/internal/lab"
	"github.com/keelback/keelback/integration/internal/oci"
	"github.com/keelback/keelback/integration/internal/runc"
)

const example = "examples/fastapi"

// variants are the specs of the example, and what the table calls them.
var variants = [][2]string{
	{"Alpine", "keelback.yaml"},
	{"distroless", "keelback.distroless.yaml"},
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	repo, err := os.Getwd()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "starting a registry and BuildKit; the base images take a minute the first time")
	opt := lab.FromEnv(repo)
	opt.Frontend = lab.NoFrontend
	opt.Bases = []string{"alpine:3.22", "python:3.13-alpine3.22", "python:3.14-slim-trixie", "distroless/base-nossl-debian13", "astral-sh/uv"}
	l, err := lab.Start(ctx, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Stop()) }()
	dir, err := os.MkdirTemp("", "keelback-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var rows []row
	for _, v := range variants {
		r, err := try(ctx, l, filepath.Join(repo, example), v[1], filepath.Join(dir, v[0]), out)
		if err != nil {
			return fmt.Errorf("%s: %w", v[1], err)
		}
		r.runtime = v[0]
		rows = append(rows, *r)
	}
	return table(out, rows)
}

// row is an image in figures.
type row struct {
	runtime string
	*oci.Summary
	user  string
	start time.Duration
	reply string
}

// try builds a variant, starts it and asks it whether it works.
func try(ctx context.Context, l *lab.Lab, src, spec, dir string, out io.Writer) (*row, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	archive := filepath.Join(dir, "image.oci.tar")
	args := []string{"build", src, "--file", filepath.Join(src, spec), "--output", "type=oci,dest=" + archive}
	if _, err := os.Stat(authorities); err == nil {
		args = append(args, "--secret", "id=ca,src="+authorities)
	}
	fmt.Fprintf(out, "\n$ keelback %s\n", strings.Join(args, " "))
	build := exec.CommandContext(ctx, filepath.Join(l.Bin, "keelback"), args...)
	build.Env = append(os.Environ(), "BUILDKIT_HOST="+l.BuildKit)
	build.Stdout, build.Stderr = out, os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	summary, err := oci.Unpack(archive, "", dir)
	if err != nil {
		return nil, err
	}
	config, err := oci.Config(dir)
	if err != nil {
		return nil, err
	}
	r := &row{Summary: summary, user: config.User}
	r.start, r.reply, err = start(ctx, dir)
	return r, err
}

// authorities are the machine's own, for those who are behind a proxy that ends TLS.
const authorities = "/etc/ssl/certs/ca-certificates.crt"

// start runs an image until it answers. The first start reads its files from disk;
// the second one is measured.
func start(ctx context.Context, dir string) (took time.Duration, reply string, err error) {
	for range 2 {
		if took, reply, err = startOnce(ctx, dir); err != nil {
			return 0, "", err
		}
	}
	return took, reply, nil
}

func startOnce(ctx context.Context, dir string) (took time.Duration, reply string, err error) {
	port, err := freePort()
	if err != nil {
		return 0, "", err
	}
	begin := time.Now()
	c, err := runc.Start(dir, runc.Options{Args: []string{"uvicorn", "orders.main:app", "--port", port}})
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for time.Since(begin) < 30*time.Second {
		if reply, err = get(ctx, "http://127.0.0.1:"+port+"/healthz"); err == nil {
			return time.Since(begin), reply, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	log, _ := c.Log()
	return 0, "", fmt.Errorf("no answer in 30 s: %w\n%s", err, log)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

func get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", resp.Status)
	}
	return string(body), err
}

func table(out io.Writer, rows []row) error {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "runtime\ton disk\tcompressed\tlayers\tuser\tstart\t/healthz")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%.1f MB\t%.1f MB\t%d\t%s\t%.2f s\t%s\n", r.runtime,
			float64(r.Unpacked)/1e6, float64(r.Compressed)/1e6, len(r.Layers), r.user, r.start.Seconds(), r.reply)
	}
	return w.Flush()
}
