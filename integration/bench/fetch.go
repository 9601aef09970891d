package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// authorities are the machine's own, for those who are behind a proxy that ends TLS.
const authorities = "/etc/ssl/certs/ca-certificates.crt"

// fetchAll downloads what the services' builds will download, and returns the
// directories that have it.
func (b *bench) fetchAll(ctx context.Context, list []service) (dirs []string, err error) {
	for _, s := range list {
		for _, python := range []string{s.bases[slim], s.bases[alpine]} {
			if python == "" {
				continue
			}
			dir, err := b.fetch(ctx, s, python)
			if err != nil {
				return nil, err
			}
			dirs = append(dirs, dir)
		}
	}
	return dirs, nil
}

// fetch downloads the files of a service's lock for an image of Python, by its pip and
// from its index, unless they are there.
func (b *bench) fetch(ctx context.Context, s service, python string) (dir string, err error) {
	lock, err := os.ReadFile(filepath.Join(b.repo, "examples", s.name, "requirements.txt"))
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(append(lock, python+bumpedRequirement...))
	dir = filepath.Join(b.cache, fmt.Sprintf("wheels-%s-%x", s.name, hash[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	src, err := os.MkdirTemp(b.tmp, "wheels-")
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{"requirements.txt": string(lock), "bumped.txt": bumpedRequirement} {
		if err := os.WriteFile(filepath.Join(src, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	out := dir + ".part"
	if err := errors.Join(os.RemoveAll(out), os.MkdirAll(out, 0o755)); err != nil {
		return "", err
	}
	args := []string{"--local", "context=" + src, "--output", "type=local,dest=" + out, "--opt", "build-arg:PYTHON=" + python}
	if _, err := os.Stat(authorities); err == nil {
		args = append(args, "--secret", "id=ca,src="+authorities)
	}
	if err := b.buildctl(ctx, "wheels.Dockerfile", args...); err != nil {
		return "", err
	}
	return dir, os.Rename(out, dir)
}
