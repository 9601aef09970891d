package slice

import (
	"bytes"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// twin is the file of the environment that a file of the service was installed as: one
// with the same bytes, for the same module. Empty is none. What is wrong with both is
// told of that one alone.
func (r *slicer) twin(name string) (string, error) {
	own, ok := r.shown[name]
	if !ok || !own.Mode.IsRegular() || strings.HasPrefix(name, python.Venv+"/") {
		return "", nil
	}
	packages := path.Join(python.Venv, "lib", "python"+r.interpreter.Minor(), "site-packages")
	for _, module, ok := strings.Cut(name, "/"); ok; _, module, ok = strings.Cut(module, "/") {
		other := r.shown[path.Join(packages, module)]
		if other.Path == "" || !other.Mode.IsRegular() {
			continue // nothing there, or no file
		}
		if same, err := sameBytes(own.Entry, other.Entry); err != nil || same {
			return other.Path, err
		}
	}
	return "", nil
}

func sameBytes(a, b rootfs.Entry) (bool, error) {
	if a.Size != b.Size {
		return false, nil
	}
	x, err := a.ReadAll()
	if err != nil {
		return false, err
	}
	y, err := b.ReadAll()
	return bytes.Equal(x, y), err
}

// withoutTwins is a list without what is the same for a file of the environment that the
// file was installed as.
func (r *slicer) withoutTwins(list []elf.Missing) ([]elf.Missing, error) {
	type fault struct{ file, library, version string }
	has := map[fault]bool{}
	for _, m := range list {
		has[fault{m.File, m.Library, m.Version}] = true
	}
	var out []elf.Missing
	for _, m := range list {
		twin, err := r.twin(m.File)
		if err != nil {
			return nil, err
		}
		if twin == "" || !has[fault{twin, m.Library, m.Version}] {
			out = append(out, m)
		}
	}
	return out, nil
}
