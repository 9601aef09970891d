//go:build integration

package slim

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cache is where downloads are kept between runs.
func cache(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("KEELBACK_CACHE")
	if dir == "" {
		t.Fatal("KEELBACK_CACHE is not set (make test-rules sets it)")
	}
	dir, err := filepath.Abs(filepath.Join(dir, "rules"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// once makes a folder of the cache, if it is not there. It is whole, or not there.
func once(t *testing.T, name string, makeIn func(dir string) error) string {
	t.Helper()
	dir := filepath.Join(cache(t), name)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), ".part-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(part)
	if err := makeIn(part); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(part, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	return dir
}

// embedded are CPythons of the project python-build-standalone, as a Go module embeds
// them. The images that other tests make have the same.
const (
	embedded    = "github.com/kluctl/go-embed-python@v0.0.0-3.14.6-20260610-1"
	embedded311 = "github.com/kluctl/go-embed-python@v0.0.0-3.11.11-20241219-1"
)

// python gives the folder of a Python, with bin and lib.
func python(t *testing.T, module string) string {
	t.Helper()
	return once(t, path.Base(module), func(dir string) error {
		out, err := exec.Command("go", "mod", "download", "-json", module).Output()
		if err != nil {
			return fmt.Errorf("%s: %w", module, err)
		}
		var m struct{ Dir string }
		if err := json.Unmarshal(out, &m); err != nil {
			return err
		}
		return extract(filepath.Join(m.Dir, "python/internal/data/linux-amd64"), dir)
	})
}

// machines gives the folder of the Python that this machine has: its standard library
// has more than that of the others.
func machines(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import sys, sysconfig; print(*sys.version_info[:3], sep='.'); print(sysconfig.get_path('stdlib')); print(sys.executable)").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(out), "\n")
	return once(t, "python-"+lines[0], func(dir string) error {
		script := `mkdir "$1/bin" "$1/lib" && cp -L "$3" "$1/bin/python3" && cp -a "$2" "$1/lib" && rm -rf "$1"/lib/*/site-packages`
		out, err := exec.Command("sh", "-c", script, "sh", dir, lines[1], lines[2]).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
}

// scratch is a folder for hard links to what is in the cache.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(cache(t), ".test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// extract lays out the files of the module.
func extract(from, to string) error {
	data, err := os.ReadFile(filepath.Join(from, "files.json"))
	if err != nil {
		return err
	}
	var list struct {
		Files []struct {
			Name       string
			Perm       os.FileMode
			Symlink    string
			Compressed bool
		}
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, f := range list.Files {
		name := filepath.Join(to, f.Name)
		switch {
		case f.Symlink != "":
			err = os.Symlink(f.Symlink, name)
		case f.Perm.IsDir():
			err = os.MkdirAll(name, 0o755)
		default:
			err = expand(filepath.Join(from, f.Name), name, f.Perm.Perm(), f.Compressed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func expand(from, to string, mode os.FileMode, isCompressed bool) error {
	if isCompressed {
		from += ".gz"
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if isCompressed {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return err
		}
		if data, err = io.ReadAll(r); err != nil {
			return err
		}
	}
	return os.WriteFile(to, data, mode)
}

// installed gives a folder with the packages of testdata/rules/requirements.txt, from
// wherever pip is set up to look.
func installed(t *testing.T) string {
	t.Helper()
	const list = "testdata/rules/requirements.txt"
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	name := "site-" + hex.EncodeToString(sum[:8])
	return once(t, name, func(dir string) error {
		old, err := filepath.Glob(filepath.Join(cache(t), "site-*"))
		for _, dir := range old {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		if err != nil {
			return err
		}
		cmd := exec.Command("python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps",
			"--ignore-requires-python", "--only-binary=:all:", "--python-version=3.14", "--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_27_x86_64",
			"--platform=manylinux2014_x86_64", "--target="+dir, "--requirement="+list)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
}

// prove runs the proof of a rule by the Python in home, with the packages in site, if
// it is not empty.
func prove(t *testing.T, home, site, program string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	cmd := exec.CommandContext(ctx, filepath.Join(home, "bin/python3"), "-B", "-W", "ignore", "-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(program)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONSAFEPATH=1", "PYTHONHOME=" + home, "PYTHONPATH=" + site, "HOME=" + dir, "TMPDIR=" + dir, "OMP_NUM_THREADS=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%w: %s", err, strings.Join(lines[max(0, len(lines)-6):], "\n"))
	}
	return nil
}

// link makes the tree of files from at to, of hard links, without those that skip
// tells, and without folders that have none. It gives the bytes of all.
func link(from, to string, skip func(path string, size int64) bool) (all int64, err error) {
	err = filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all += info.Size()
		if skip(inside, info.Size()) {
			return nil
		}
		place := filepath.Join(to, inside)
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			return err
		}
		if d.Type()&fs.ModeSymlink == 0 {
			return os.Link(name, place)
		}
		target, err := os.Readlink(name)
		if err != nil {
			return err
		}
		return os.Symlink(target, place)
	})
	return all, err
}
