package python

import (
	"fmt"
	"path"

	"github.com/keelback/keelback/internal/rootfs"
)

// Venv is where the virtual environment of a service lies, in the builder and in
// the image.
const Venv = "/opt/venv"

// NewVenv is an empty virtual environment of an interpreter, at its place in the
// image.
func NewVenv(i *Interpreter) (*rootfs.Layer, error) {
	name := "python" + i.Minor()
	cfg := fmt.Sprintf("home = %s\ninclude-system-site-packages = false\nversion = %s\n", path.Dir(i.Path), i.Version)
	entries := []rootfs.Entry{
		rootfs.NewFile(Venv+"/pyvenv.cfg", 0o644, []byte(cfg)),
		rootfs.NewLink(Venv+"/bin/python", i.Path),
		rootfs.NewLink(Venv+"/bin/python3", "python"),
		rootfs.NewLink(Venv+"/bin/"+name, "python"),
		rootfs.NewDir(Venv+"/lib/"+name+"/site-packages", 0o755, 0, 0),
	}
	if path.Base(path.Dir(path.Dir(i.DynLoad))) == "lib64" {
		entries = append(entries, rootfs.NewLink(Venv+"/lib64", "lib"))
	}
	l := rootfs.NewLayer(nil)
	for _, e := range entries {
		if err := l.Add(e); err != nil {
			return nil, err
		}
	}
	return l, nil
}
