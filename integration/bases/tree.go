package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// epoch is the time of all files that are made here, 2025-04-09.
const epoch = 1744188600

// tree is a part of a root file system by path, without leading slash. What is
// in it gets written in the order of paths, with no owner's names and no extended
// attributes, so that equal trees are equal layers.
type tree map[string]entry

type entry struct {
	kind byte // tar.TypeReg, TypeDir, TypeSymlink or TypeLink
	mode int64
	uid  int
	gid  int
	time int64
	link string // of symbolic links the text, of hard links the path in the tree
	data []byte
}

// add puts an entry into the tree. What is no directory replaces all that was there.
func (t tree) add(name string, e entry) {
	if old, ok := t[name]; ok && (old.kind != tar.TypeDir || e.kind != tar.TypeDir) {
		t.remove(name)
	}
	t[name] = e
}

func (t tree) file(name, text string, mode int64) {
	t.add(name, entry{kind: tar.TypeReg, mode: mode, time: epoch, data: []byte(text)})
}

func (t tree) dir(name string, mode int64) {
	t.add(name, entry{kind: tar.TypeDir, mode: mode, time: epoch})
}

func (t tree) symlink(name, target string) {
	t.add(name, entry{kind: tar.TypeSymlink, mode: 0o777, time: epoch, link: target})
}

// remove takes a path and everything below it out of the tree.
func (t tree) remove(names ...string) {
	for _, name := range names {
		delete(t, name)
		maps.DeleteFunc(t, func(p string, _ entry) bool { return strings.HasPrefix(p, name+"/") })
	}
}

// parents adds the directories that nothing has made yet.
func (t tree) parents() {
	for name := range maps.Clone(t) {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, ok := t[dir]; !ok {
				t.dir(dir, 0o755)
			}
		}
	}
}

// addTar adds what a tar archive holds. Devices and the like are left out.
func (t tree) addTar(r io.Reader) error {
	tr := tar.NewReader(r)
	for {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e, err := readEntry(hdr, tr)
		if err != nil {
			return err
		}
		if name := cleanName(hdr.Name); name != "" && e.kind != 0 {
			t.add(name, e)
		}
	}
}

func readEntry(hdr *tar.Header, r io.Reader) (entry, error) {
	e := entry{mode: hdr.Mode & 0o7777, uid: hdr.Uid, gid: hdr.Gid, time: hdr.ModTime.Unix()}
	switch hdr.Typeflag {
	case tar.TypeReg:
		data, err := io.ReadAll(r)
		if err != nil {
			return e, fmt.Errorf("%s: %w", hdr.Name, err)
		}
		e.data = data
	case tar.TypeDir:
	case tar.TypeSymlink:
		e.link = hdr.Linkname
	case tar.TypeLink:
		e.link = cleanName(hdr.Linkname)
	default:
		return e, nil
	}
	e.kind = hdr.Typeflag
	return e, nil
}

func cleanName(name string) string {
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// tar returns the tree as an archive.
func (t tree) tar() ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(t)) {
		e := t[name]
		hdr := &tar.Header{
			Typeflag: e.kind, Name: name, Linkname: e.link, Mode: e.mode, Uid: e.uid, Gid: e.gid,
			Size: int64(len(e.data)), ModTime: time.Unix(e.time, 0),
		}
		if e.kind == tar.TypeDir {
			hdr.Name += "/"
		}
		if e.kind == tar.TypeLink && e.link > name {
			return nil, fmt.Errorf("%s: hard link to the later %s", name, e.link)
		}
		if err := w.WriteHeader(hdr); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// layer returns the tree as an image layer.
func (t tree) layer() (v1.Layer, error) {
	raw, err := t.tar()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if _, err := zw.Write(raw); err != nil {
		return nil, err
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return compressedLayer(buf.Bytes())
}

// compressedLayer returns a layer that is compressed already, kept as it is.
func compressedLayer(data []byte) (v1.Layer, error) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer))
}
