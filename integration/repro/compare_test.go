package main

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// file is an entry of a layer of a test.
type file struct {
	name, text string
	mode       int64
	time       int64
}

// newImage makes an image of layers, each with a title.
func newImage(t *testing.T, layers ...mutate.Addendum) *image {
	t.Helper()
	img, err := mutate.Append(empty.Image, layers...)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	read, err := readImage(img, digest)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func newLayer(t *testing.T, title string, files ...file) mutate.Addendum {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.text)), ModTime: time.Unix(f.time, 0)}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return mutate.Addendum{Layer: l, History: v1.History{CreatedBy: "keelback: " + title}}
}

// TestDifferenceIsExplained shows what is printed of images that differ.
func TestDifferenceIsExplained(t *testing.T) {
	t.Parallel()
	one := file{"app/one.py", "1", 0o644, 0}
	for name, c := range map[string]struct {
		files []file
		want  []string
	}{
		"time":    {[]file{{"app/one.py", "1", 0o644, 7}}, []string{"- /app/one.py", "+ /app/one.py", "1970-01-01T00:00:07Z"}},
		"mode":    {[]file{{"app/one.py", "1", 0o600, 0}}, []string{"+ /app/one.py 0 0600"}},
		"content": {[]file{{"app/one.py", "2", 0o644, 0}}, []string{"- /app/one.py", "+ /app/one.py"}},
		"more":    {[]file{one, {"app/two.py", "", 0o644, 0}}, []string{"+ /app/two.py"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newImage(t, newLayer(t, "code", one))
			b := newImage(t, newLayer(t, "code", c.files...))
			var out strings.Builder
			same, err := compareWorlds(&out, map[string]*image{"x\tlinux/amd64": a}, map[string]*image{"x\tlinux/amd64": b})
			if err != nil || same {
				t.Fatalf("compareWorlds: %v, %v", same, err)
			}
			for _, text := range append(c.want, "DIFFERS", "layer 1, code", "config - ") {
				if !strings.Contains(out.String(), text) {
					t.Errorf("there is no %q in\n%s", text, out.String())
				}
			}
		})
	}
}

// TestSameImages are equal across the worlds.
func TestSameImages(t *testing.T) {
	t.Parallel()
	images := map[string]*image{"x\tlinux/amd64": newImage(t, newLayer(t, "code", file{"app/one.py", "1", 0o644, 0}))}
	var out strings.Builder
	if same, err := compareWorlds(&out, images, images); err != nil || !same {
		t.Errorf("compareWorlds: %v, %v", same, err)
	}
	if same, err := compareWorlds(&out, images, nil); err != nil || same {
		t.Errorf("compareWorlds with nothing: %v, %v", same, err)
	}
}

// TestRelation tells whether two builds of one project are as they have to be.
func TestRelation(t *testing.T) {
	t.Parallel()
	venv := newLayer(t, "venv", file{"opt/venv/pyvenv.cfg", "", 0o644, 0})
	wheels := newLayer(t, "wheels", file{"opt/venv/lib/one.py", "1", 0o644, 0})
	other := newLayer(t, "wheels", file{"opt/venv/lib/one.py", "1", 0o644, 7})
	system := newLayer(t, "system", file{"etc/passwd", "", 0o644, 0})
	code := newLayer(t, "code", file{"app/one.py", "1", 0o644, 0})
	changed := newLayer(t, "code", file{"app/one.py", "2", 0o644, 0})
	stray := newLayer(t, "code", file{"app/one.py", "2", 0o644, 0}, file{"etc/issue", "", 0o644, 0})
	compiled := newLayer(t, "bytecode of wheels", file{"opt/venv/lib/__pycache__/one.pyc", "1", 0o644, 0})
	recompiled := newLayer(t, "bytecode of wheels", file{"opt/venv/lib/__pycache__/one.pyc", "2", 0o644, 0})
	code1 := newLayer(t, "bytecode of code", file{"app/__pycache__/one.pyc", "1", 0o644, 0})
	code2 := newLayer(t, "bytecode of code", file{"app/__pycache__/one.pyc", "2", 0o644, 0})
	first := newImage(t, venv, wheels, system, code)
	fast := newImage(t, venv, wheels, compiled, system, code, code1)
	for name, c := range map[string]struct {
		second *image
		want   bool
		first  *image // first, where it is nil
		other  bool
	}{
		"code changed":               {newImage(t, venv, wheels, system, changed), true, nil, false},
		"nothing changed":            {first, false, nil, false},
		"layer of wheels changed":    {newImage(t, venv, other, system, changed), false, nil, false},
		"layer of the system too":    {newImage(t, venv, wheels, stray, changed), false, nil, false},
		"a layer more":               {newImage(t, venv, wheels, system, other, changed), false, nil, false},
		"code and its bytecode":      {newImage(t, venv, wheels, compiled, system, changed, code2), true, fast, false},
		"bytecode of wheels changed": {newImage(t, venv, wheels, recompiled, system, changed, code2), false, fast, false},
		"that of another project":    {newImage(t, venv, wheels, system, changed), true, fast, true},
		"wheels of another project":  {newImage(t, venv, other, system, changed), false, fast, true},
		"no dependencies any longer": {newImage(t, system, changed), false, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.first == nil {
				c.first = first
			}
			r, err := relate(c.first, c.second)
			if err != nil {
				t.Fatal(err)
			}
			r.other = c.other
			if r.right() != c.want {
				t.Errorf("right is %v, want %v: %+v", r.right(), c.want, r)
			}
		})
	}
}
