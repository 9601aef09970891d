package unpack

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// checkOver compares the tree with that of another layer of the image. A file that
// both have must be the same in both: which of them an image has would depend on the
// order of its layers.
func (t *tree) checkOver(root *rootfs.Root) error {
	files := make(map[string]*file, len(t.files))
	for _, f := range t.files {
		files[f.path] = f
	}
	err := root.Walk(python.Venv, func(e rootfs.Entry) error {
		name := strings.TrimPrefix(e.Path, python.Venv+"/")
		if f, ok := files[name]; ok && e.Mode.IsRegular() {
			same, err := t.isEntry(f, e)
			if err == nil && !same {
				err = fmt.Errorf("%s: %s has another file for %s", f.origin(), overOwner(root, t.layout, name), show(name))
			}
			return err
		}
		// What the other layers have is left out of t.names: two of them may have the
		// same, which is checked where they are made.
		if other := t.names.Clash(name, e.Mode.IsDir()); other != "" {
			return fmt.Errorf("%s: clashes with %s of %s (some file systems take them for the same)",
				t.originOf(other), show(name), overOwner(root, t.layout, name))
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// originOf is where a file, or the first one in a directory, comes from.
func (t *tree) originOf(name string) string {
	for _, f := range t.files {
		if f.path == name || strings.HasPrefix(f.path, name+"/") {
			return f.origin()
		}
	}
	return show(name)
}

// isEntry reports whether a file has the bytes of an entry of another tree: those of its
// wheel, or those that are left when it is stripped.
func (t *tree) isEntry(f *file, e rootfs.Entry) (bool, error) {
	got, err := sumOfEntry(e)
	if err != nil {
		return false, err
	}
	if f.size == e.Size {
		want, err := f.sha256()
		if err != nil || want == got {
			return err == nil, err
		}
	}
	if f.member == nil || f.size < e.Size || !t.slim.Strips(f.dist.name, t.fromPackages(f.path)) {
		return false, nil
	}
	line, err := t.wouldStrip(f)
	return err == nil && line == recordLine{got, e.Size}, err
}

func sumOfEntry(e rootfs.Entry) (digest, error) {
	src, err := e.Open()
	if err != nil {
		return "", err
	}
	defer src.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, src); err != nil {
		return "", err
	}
	return encode("sha256", sum.Sum(nil)), nil
}

// wouldStrip is what a file is stripped to. It is tried on a copy without a name, in
// the directory for the tree: there may be no other to write to.
func (t *tree) wouldStrip(f *file) (recordLine, error) {
	if err := os.MkdirAll(t.out, 0o755); err != nil {
		return recordLine{}, err
	}
	tmp, err := os.CreateTemp(t.out, "")
	if err != nil {
		return recordLine{}, err
	}
	defer tmp.Close()
	if err := os.Remove(tmp.Name()); err != nil {
		return recordLine{}, err
	}
	if err := newReader().copy(f.dist.archive, f.member, f.digest, func(b []byte) error {
		_, err := tmp.Write(b)
		return err
	}); err != nil {
		return recordLine{}, fmt.Errorf("%s: %w", f.origin(), err)
	}
	if err := t.strip(f, tmp); err != nil {
		return recordLine{}, err
	}
	return t.written(f), nil
}

// overOwner is the package of another layer that a file belongs to.
func overOwner(root *rootfs.Root, l layout, name string) string {
	dists, err := python.DistributionsIn(root, path.Join(python.Venv, l.sitePackages), python.Venv)
	if err != nil {
		return "another layer"
	}
	for _, d := range dists {
		for _, line := range d.Record {
			if p := strings.TrimPrefix(line.Path, python.Venv+"/"); p == name || strings.HasPrefix(p, name+"/") {
				return d.Name + " " + d.Version
			}
		}
	}
	return "another layer"
}
