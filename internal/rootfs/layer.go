package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"
)

// Layer is a tree that is to be laid over a base. It is put together first, as a
// plan, and written when it is whole.
//
// Paths are made canonical against the base: where the base has a link to a
// directory, the layer goes to where the link leads. A directory in its place
// would hide all that is there.
type Layer struct {
	base    *Root
	entries map[string]Entry
	shown   map[string]Entry
}

// NewLayer starts a layer over base. A nil base is an empty one.
func NewLayer(base *Root) *Layer {
	l := &Layer{base: base, entries: map[string]Entry{}, shown: map[string]Entry{}}
	root, err := l.plain("/")
	if err != nil {
		root = NewDir("/", 0o755, 0, 0)
	}
	// The base's own root has whatever time it was unpacked at.
	root.ModTime = time.Unix(epoch, 0)
	l.entries["/"] = root
	return l
}

// Lstat describes what is at a path when the layer lies over its base. A link at
// the end of the path is not followed.
func (l *Layer) Lstat(name string) (Entry, error) { return l.stat(name, false) }

// Stat describes what is at a path when the layer lies over its base, with all
// links followed.
func (l *Layer) Stat(name string) (Entry, error) { return l.stat(name, true) }

func (l *Layer) stat(name string, last bool) (Entry, error) {
	real, err := resolve(name, last, l.plain)
	if err != nil {
		return Entry{}, err
	}
	return l.plain(real)
}

func (l *Layer) plain(name string) (Entry, error) {
	if e, ok := l.entries[name]; ok {
		return e, nil
	}
	if e, ok := l.shown[name]; ok {
		return e, nil
	}
	if l.base == nil {
		return Entry{}, notExist(name)
	}
	return l.base.plain(name)
}

// Has reports whether the layer itself, not only its base, has something at a
// path.
func (l *Layer) Has(name string) bool {
	real, err := resolve(name, false, l.plain)
	_, ok := l.entries[real]
	return err == nil && ok
}

// Entries are all that will be written, sorted by path, with the directories
// that lead there.
func (l *Layer) Entries() []Entry {
	var out []Entry
	for _, name := range slices.Sorted(maps.Keys(l.entries)) {
		out = append(out, l.entries[name])
	}
	return out
}

// Show makes an entry visible that another layer writes.
func (l *Layer) Show(e Entry) {
	l.shown[e.Path] = e
	for dir := path.Dir(e.Path); dir != "/"; dir = path.Dir(dir) {
		if _, err := l.plain(dir); err != nil {
			l.shown[dir] = NewDir(dir, 0o755, 0, 0)
		}
	}
}

// Add puts an entry into the layer, at its path made canonical. A directory that
// is there already gets the new one's mode and owner; a file that the base has
// just so is left to the base.
func (l *Layer) Add(e Entry) error {
	name, err := resolve(clean(e.Path), e.Mode.IsDir(), l.plain)
	if err != nil {
		return err
	}
	e.Path = name
	old, err := l.plain(name)
	if err == nil && old.Mode.IsDir() != e.Mode.IsDir() {
		return fmt.Errorf("%s: a %s is there already, where a %s would go", name, old.Kind(), e.Kind())
	}
	if err == nil && old.Mode.IsRegular() && l.isOfBase(name) {
		if same, err := old.Equal(e); err != nil || same {
			return err
		}
	}
	if err := l.addParents(name); err != nil {
		return err
	}
	l.entries[name] = e
	return nil
}

// addParents adds the directories that lead to name: as the base has them, else
// as new ones.
func (l *Layer) addParents(name string) error {
	for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
		e, err := l.plain(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			e = NewDir(dir, 0o755, 0, 0)
		case err != nil:
			return err
		case !e.Mode.IsDir():
			return dirError(name, e)
		}
		l.entries[dir] = e
	}
	return nil
}

func (l *Layer) isOfBase(name string) bool {
	_, own := l.entries[name]
	_, shown := l.shown[name]
	return !own && !shown
}

// Kind is the sort of an entry, for messages: file, directory, link and the like.
func (e Entry) Kind() string {
	switch {
	case e.Mode.IsDir():
		return "directory"
	case e.IsLink():
		return "link"
	case e.Mode.IsRegular():
		return "file"
	}
	return "special file"
}
