package oci

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		a, b, want string
	}{
		{name: "none", a: "/ d|/a f", b: "/ d|/a f"},
		{name: "changed", a: "/a f 1|/b f", b: "/a f 2|/b f", want: "- /a f 1|+ /a f 2|"},
		{name: "only on the left", a: "/a f|/b f", b: "/b f", want: "- /a f|"},
		{name: "only on the right", a: "/b f", b: "/b f|/c f", want: "+ /c f|"},
		// WalkDir goes into a directory before it comes to names that sort before the slash.
		{name: "below a directory", a: "/a d|/a/b f|/a.so f", b: "/a d|/a.so f", want: "- /a/b f|"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := strings.ReplaceAll(Differences(strings.Split(tt.a, "|"), strings.Split(tt.b, "|")), "\n", "|")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestApplyLayersLeavesWhatAContainerSees(t *testing.T) {
	t.Parallel()
	img, err := mutate.AppendLayers(empty.Image,
		testLayer(t, "etc/", "etc/a=1", "etc/b=1", "usr/", "usr/lib/", "usr/lib/old=1", "lib->usr/lib", "gone/", "gone/x=1"),
		testLayer(t, "etc/.wh.a", "etc/b=2", "lib/new=2", "gone/", "gone/y=2", "gone/.wh..wh..opq"),
	)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := applyLayers(img, dir); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, name := range []string{"etc/a", "etc/b", "lib/new", "usr/lib/new", "usr/lib/old", "gone/x", "gone/y"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			got[name] = string(data)
		}
	}
	want := map[string]string{"etc/b": "2", "lib/new": "2", "usr/lib/new": "2", "usr/lib/old": "1", "gone/y": "2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "gone"))
	if err != nil || !info.ModTime().Equal(time.Unix(1, 0)) {
		t.Errorf("directory has time %v, %v; want that of its entry", info.ModTime(), err)
	}
}

// testLayer makes a layer of entries: name/, name=content or name->target.
func testLayer(t *testing.T, entries ...string) v1.Layer {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		hdr := &tar.Header{Name: e, Typeflag: tar.TypeReg, Mode: 0o755, Uid: os.Getuid(), Gid: os.Getgid(), ModTime: time.Unix(1, 0)}
		var content string
		if name, target, ok := strings.Cut(e, "->"); ok {
			hdr.Name, hdr.Linkname, hdr.Typeflag = name, target, tar.TypeSymlink
		} else if hdr.Name, content, ok = strings.Cut(e, "="); ok {
			hdr.Size = int64(len(content))
		} else if strings.HasSuffix(e, "/") {
			hdr.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return layer
}
