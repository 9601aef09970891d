package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/keelback/keelback/integration/internal/oci"
)

// authorities are the machine's own, for those who are behind a proxy that ends TLS.
const authorities = "/etc/ssl/certs/ca-certificates.crt"

// builder runs keelback.
type builder struct {
	bin      string // directory of the programs
	buildkit string // address
	verbose  bool
}

// try builds, starts and uses a variant of a service. Nothing of it stays on disk.
// The answers of the first variant of a spec are what others are compared with.
func (b builder) try(ctx context.Context, repo string, s service, v variant, references map[string][]answer) row {
	r := row{service: s, variant: v}
	dir, err := os.MkdirTemp("", "keelback-services-")
	if err != nil {
		r.problems = []string{err.Error()}
		return r
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%s/%s\n", s.name, v.name)
	if err := r.build(ctx, b, filepath.Join(repo, "integration/services", s.name), dir); err != nil {
		r.problems = []string{err.Error()}
		return r
	}
	answers, err := r.start(ctx, filepath.Join(dir, "image"))
	if err != nil {
		r.problems = append(r.problems, err.Error())
	}
	if references[v.spec] == nil {
		references[v.spec] = answers
	}
	r.problems = append(r.problems, differences(references[v.spec], answers)...)
	return r
}

// build builds the image and unpacks it in dir/image.
func (r *row) build(ctx context.Context, b builder, src, dir string) error {
	copied := filepath.Join(dir, "context")
	if err := os.CopyFS(copied, os.DirFS(src)); err != nil {
		return err
	}
	spec := filepath.Join(copied, r.variant.spec)
	if err := set(spec, r.variant.key, r.variant.value); err != nil {
		return err
	}
	archive := filepath.Join(dir, "image.oci.tar")
	if err := b.build(ctx, copied, spec, archive); err != nil {
		return err
	}
	summary, err := oci.Unpack(archive, "", filepath.Join(dir, "image"))
	if err != nil {
		return err
	}
	r.Summary = summary
	config, err := oci.Config(filepath.Join(dir, "image"))
	r.slim = config.Labels["io.github.keelback.slim"]
	return errors.Join(err, os.Remove(archive))
}

// set gives a key of a spec, which has it on one line or not at all, another value.
func set(spec, key, value string) error {
	if key == "" {
		return nil
	}
	data, err := os.ReadFile(spec)
	if err != nil {
		return err
	}
	var out strings.Builder
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, key+":") {
			out.WriteString(line)
		}
	}
	fmt.Fprintf(&out, "%s: %s\n", key, value)
	return os.WriteFile(spec, []byte(out.String()), 0o644)
}

func (b builder) build(ctx context.Context, dir, spec, archive string) error {
	args := []string{"build", dir, "--file", spec, "--output", "type=oci,dest=" + archive, "--progress", "plain"}
	if _, err := os.Stat(authorities); err == nil {
		args = append(args, "--secret", "id=ca,src="+authorities)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, "keelback"), args...)
	cmd.Env = append(os.Environ(), "BUILDKIT_HOST="+b.buildkit)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if b.verbose {
		both := io.MultiWriter(&log, os.Stderr)
		cmd.Stdout, cmd.Stderr = both, both
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("keelback build: %w\n%s", err, tail(log.Bytes()))
	}
	return nil
}

// tail returns the end of a log.
func tail(log []byte) []byte { return log[max(0, len(log)-6000):] }
