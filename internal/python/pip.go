package python

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// pipScript starts pip. It is pip's own launcher, with the environment's Python.
const pipScript = "#!" + Venv + `/bin/python
import sys
from pip._internal.cli.main import main
if __name__ == "__main__":
    sys.exit(main())
`

// Pip are the files that put a builder's pip into the virtual environment of an
// image: the installed one, else the one that the builder keeps for new
// environments.
func Pip(builder *rootfs.Root, i *Interpreter) ([]rootfs.Entry, error) {
	site := path.Join(Venv, "lib", "python"+i.Minor(), "site-packages")
	files, err := installedPip(builder, path.Join(i.Stdlib, "site-packages"), site)
	if err == nil && len(files) == 0 {
		files, err = bundledPip(builder, i, site)
	}
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("pip: the builder has none (it needs pip or ensurepip)")
	}
	files = append(files, rootfs.NewFile(path.Join(Venv, "bin/pip"), 0o755, []byte(pipScript)))
	return files, recordPip(files, site)
}

// installedPip takes pip out of a directory of packages.
func installedPip(builder *rootfs.Root, dir, site string) ([]rootfs.Entry, error) {
	dists, err := DistributionsIn(builder, dir, "/")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []rootfs.Entry
	for _, d := range dists {
		for _, line := range d.Record {
			inside, ok := strings.CutPrefix(line.Path, dir+"/")
			if d.Name != "pip" || !ok || path.Ext(inside) == ".pyc" {
				continue
			}
			e, err := builder.Stat(line.Path)
			if err != nil {
				return nil, err
			}
			e.Path = path.Join(site, inside)
			out = append(out, e.Normal())
		}
	}
	return out, nil
}

// bundledPip unpacks the wheel of pip that a builder keeps.
func bundledPip(builder *rootfs.Root, i *Interpreter, site string) ([]rootfs.Entry, error) {
	for _, dir := range []string{path.Join(i.Stdlib, "ensurepip/_bundled"), "/usr/share/python-wheels"} {
		list, err := builder.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if ok, _ := path.Match("pip-*.whl", path.Base(e.Path)); ok {
				return unzip(e, site)
			}
		}
	}
	return nil, nil
}

func unzip(wheel rootfs.Entry, site string) ([]rootfs.Entry, error) {
	r, err := wheel.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	z, err := zip.NewReader(r, wheel.Size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wheel.Path, err)
	}
	var out []rootfs.Entry
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if !fs.ValidPath(f.Name) {
			return nil, fmt.Errorf("%s: %q leads out of the wheel", wheel.Path, f.Name)
		}
		data, err := readZipped(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", wheel.Path, f.Name, err)
		}
		out = append(out, rootfs.NewFile(path.Join(site, f.Name), 0o644, data))
	}
	return out, nil
}

func readZipped(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// recordPip writes the RECORD of what was taken.
func recordPip(files []rootfs.Entry, site string) error {
	var text strings.Builder
	at := -1
	for i, e := range files {
		name := strings.TrimPrefix(e.Path, site+"/")
		if name == e.Path {
			name = "../../../" + strings.TrimPrefix(e.Path, Venv+"/")
		}
		if path.Base(name) == "RECORD" && isDistInfo(path.Dir(name)) {
			at = i
			fmt.Fprintf(&text, "%s,,\n", name)
			continue
		}
		data, err := e.ReadAll()
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		fmt.Fprintf(&text, "%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(data))
	}
	if at < 0 {
		return errors.New("pip: the builder's has no RECORD")
	}
	lines := slices.Sorted(strings.Lines(text.String()))
	files[at] = rootfs.NewFile(files[at].Path, 0o644, []byte(strings.Join(lines, "")))
	return nil
}
