package oci

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// applyLayers writes the files of an image below dir, with modes, owners and
// times, as a container engine would.
func applyLayers(img v1.Image, dir string) error {
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	times := map[string]time.Time{} // of directories: set last, as each file in them changes them
	for i, layer := range layers {
		if err := applyLayer(root, layer, times); err != nil {
			return fmt.Errorf("layer %d: %w", i+1, err)
		}
	}
	for name, t := range times {
		if err := root.Chtimes(name, t, t); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func applyLayer(root *os.Root, layer v1.Layer, times map[string]time.Time) error {
	r, err := layer.Uncompressed()
	if err != nil {
		return err
	}
	defer r.Close()
	written := map[string]bool{}
	for tr := tar.NewReader(r); ; {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		hdr.Name = strings.TrimPrefix(path.Clean("/"+hdr.Name), "/")
		if hdr.Name == "" {
			hdr.Name = "."
		}
		if dir, base := path.Split(hdr.Name); strings.HasPrefix(base, ".wh.") {
			if err := applyWhiteout(root, path.Clean(dir), base, written); err != nil {
				return fmt.Errorf("%s: %w", hdr.Name, err)
			}
			continue
		}
		if err := writeEntry(root, hdr, tr); err != nil {
			return fmt.Errorf("%s: %w", hdr.Name, err)
		}
		written[hdr.Name] = true
		delete(times, hdr.Name)
		if hdr.Typeflag == tar.TypeDir {
			times[hdr.Name] = hdr.ModTime
		}
	}
}

// applyWhiteout removes what lower layers have: one path, or all in a directory.
func applyWhiteout(root *os.Root, dir, base string, written map[string]bool) error {
	if base != ".wh..wh..opq" {
		return root.RemoveAll(path.Join(dir, strings.TrimPrefix(base, ".wh.")))
	}
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := path.Join(dir, e.Name()); !written[name] {
			if err := root.RemoveAll(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeEntry(root *os.Root, hdr *tar.Header, r io.Reader) error {
	if err := root.MkdirAll(path.Dir(hdr.Name), 0o755); err != nil {
		return err
	}
	old, err := root.Lstat(hdr.Name)
	if err == nil && (hdr.Typeflag != tar.TypeDir || !old.IsDir()) {
		if err := root.RemoveAll(hdr.Name); err != nil {
			return err
		}
	}
	switch hdr.Typeflag {
	case tar.TypeDir:
		if err := root.MkdirAll(hdr.Name, 0o755); err != nil {
			return err
		}
	case tar.TypeReg:
		if err := writeFile(root, hdr.Name, r); err != nil {
			return err
		}
	case tar.TypeSymlink:
		if err := root.Symlink(hdr.Linkname, hdr.Name); err != nil {
			return err
		}
		return root.Lchown(hdr.Name, hdr.Uid, hdr.Gid)
	case tar.TypeLink:
		return root.Link(strings.TrimPrefix(path.Clean("/"+hdr.Linkname), "/"), hdr.Name)
	default:
		return fmt.Errorf("entry of type %q", hdr.Typeflag)
	}
	if err := root.Lchown(hdr.Name, hdr.Uid, hdr.Gid); err != nil {
		return err
	}
	if err := root.Chmod(hdr.Name, hdr.FileInfo().Mode()); err != nil {
		return err
	}
	return root.Chtimes(hdr.Name, hdr.ModTime, hdr.ModTime)
}

func writeFile(root *os.Root, name string, r io.Reader) error {
	f, err := root.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}
