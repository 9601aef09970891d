package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Changes is the layer that makes tree out of base: everything that base does not
// have, or has with another type, content, mode, owner or link. Modes and owners
// are those of tree. Times are no change, and are those that every build gives.
//
// Nothing is taken from the paths that are left out, nor from what lies below
// them. A path that ends with a slash leaves out only what lies below it.
//
// A layer can neither remove what the base has nor put a directory in the place
// of something else, so a tree that needs this is an error.
func Changes(base, tree *Root, leftOut ...string) (*Layer, error) {
	c := changes{base: base, tree: tree, layer: NewLayer(base)}
	for _, name := range leftOut {
		real, err := resolve(name, false, tree.plain)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(name, "/") {
			real += "/"
		}
		c.leftOut = append(c.leftOut, real)
	}
	if err := base.Walk("/", c.checked(c.checkBase)); err != nil {
		return nil, err
	}
	root, err := tree.Lstat("/")
	if err != nil {
		return nil, err
	}
	if err := c.add(root); err != nil {
		return nil, err
	}
	return c.layer, tree.Walk("/", c.checked(c.add))
}

type changes struct {
	base, tree *Root
	layer      *Layer
	leftOut    []string
}

// checked calls fn for the entries that are not left out.
func (c changes) checked(fn func(Entry) error) func(Entry) error {
	return func(e Entry) error {
		out := slices.ContainsFunc(c.leftOut, func(name string) bool {
			return e.Path == name || strings.HasPrefix(e.Path, strings.TrimSuffix(name, "/")+"/")
		})
		switch {
		case out && e.Mode.IsDir():
			return fs.SkipDir
		case out:
			return nil
		}
		return fn(e)
	}
}

// checkBase checks that the tree has what the base has. It sees directories before
// what is in them, so none that leads to old is a link in the tree.
func (c changes) checkBase(old Entry) error {
	e, err := c.tree.plain(old.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: removed, while a layer cannot remove what the base has (a base that comes without it can be used)", old.Path)
	case err != nil:
		return err
	case old.Mode.IsDir() != e.Mode.IsDir():
		return fmt.Errorf("%s: a %s in the base, where a %s would go", old.Path, old.Kind(), e.Kind())
	}
	return nil
}

func (c changes) add(e Entry) error {
	old, err := c.base.plain(e.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		if same, err := unchanged(old, e); err != nil || same {
			return err
		}
	}
	if !e.Mode.IsDir() && !e.Mode.IsRegular() && !e.IsLink() {
		return fmt.Errorf("%s: a %s cannot be copied", e.Path, e.Kind())
	}
	e.ModTime = time.Unix(epoch, 0)
	return c.layer.Add(e)
}

func unchanged(old, e Entry) (bool, error) {
	if e.Mode.IsRegular() {
		return old.Equal(e)
	}
	return old.Mode == e.Mode && old.UID == e.UID && old.GID == e.GID && old.Link == e.Link, nil
}
