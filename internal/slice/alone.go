package slice

import (
	"fmt"
	"strings"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// shown is a file or a directory of the virtual environment, and the first tree that
// has it.
type shown struct {
	rootfs.Entry
	tree int
}

// alone checks that no other tree has something else at the same place, or at one that
// some file systems take for the same: which of them the image has would depend on the
// order of its layers.
func (r *slicer) alone(e rootfs.Entry, tree int) error {
	old, ok := r.shown[e.Path]
	if ok {
		how, err := differ(old.Entry, e)
		if err != nil || how == "" {
			return err
		}
		return fmt.Errorf("%s: %s and %s both have it, %s (leave one of them out of the lock)",
			e.Path, owner(r.Venvs[old.tree], e.Path), owner(r.Venvs[tree], e.Path), how)
	}
	if other := r.names.Add(e.Path, e.Mode.IsDir()); other != "" {
		return fmt.Errorf("%s of %s: clashes with %s of %s (some file systems take them for the same; leave one of them out of the lock)",
			e.Path, owner(r.Venvs[tree], e.Path), other, owner(r.Venvs[r.shown[other].tree], other))
	}
	r.shown[e.Path] = shown{e, tree}
	return nil
}

// differ says how two entries of a path differ, where it matters which of them counts.
func differ(a, b rootfs.Entry) (how string, err error) {
	switch {
	case a.Mode.Type() != b.Mode.Type():
		return fmt.Sprintf("as a %s and as a %s", a.Kind(), b.Kind()), nil
	case a.Mode.IsDir():
		return "", nil
	case a.IsLink():
		if a.Link == b.Link {
			return "", nil
		}
		return fmt.Sprintf("as links to %s and to %s", a.Link, b.Link), nil
	}
	if same, err := a.Equal(b); err != nil || same {
		return "", err
	}
	return "with other bytes", nil
}

// owner is the package that a file of a tree, or one in a directory, belongs to.
func owner(tree *rootfs.Root, name string) string {
	dists, err := python.Distributions(tree, python.Venv)
	if err != nil {
		return "a package"
	}
	for _, d := range dists {
		for _, line := range d.Record {
			if line.Path == name || strings.HasPrefix(line.Path, name+"/") {
				return d.Name + " " + d.Version
			}
		}
	}
	return "a package"
}
