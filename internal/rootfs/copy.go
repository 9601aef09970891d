package rootfs

import (
	"fmt"
	"path"
)

// Copy puts the file at a path of another root into the layer, as it is written
// normally, with the chain of links that leads to it. What is there already
// stays. Directories that are links in the other root are followed, so the file
// comes to where it really lies.
func (l *Layer) Copy(from *Root, name string) error {
	for range maxLinks {
		e, err := from.Lstat(name)
		if err != nil {
			return err
		}
		if !e.IsLink() {
			return l.copyOne(e)
		}
		next := path.Join(path.Dir(e.Path), e.Link)
		if path.IsAbs(e.Link) {
			next = e.Link
		}
		if next, err = resolve(next, false, from.plain); err != nil {
			return err
		}
		if err := l.copyLink(e, next); err != nil {
			return err
		}
		name = next
	}
	return fmt.Errorf("%s: too many links", name)
}

func (l *Layer) copyOne(e Entry) error {
	if !e.Mode.IsRegular() {
		return fmt.Errorf("%s: a %s cannot be copied", e.Path, e.Kind())
	}
	if old, err := l.Stat(e.Path); err == nil && old.Mode.IsRegular() {
		return nil
	}
	return l.Add(e.Normal())
}

// copyLink adds a link which leads to next in the other root, and has to do so
// here too, where the directories may lie differently.
func (l *Layer) copyLink(e Entry, next string) error {
	if _, err := l.Lstat(e.Path); err == nil {
		return nil
	}
	at, err := resolve(e.Path, false, l.plain)
	if err != nil {
		return err
	}
	want, err := resolve(next, false, l.plain)
	if err != nil {
		return err
	}
	link := e.Link
	if !path.IsAbs(link) {
		link = path.Join(path.Dir(at), link)
	}
	if got, err := resolve(link, false, l.plain); err != nil || got != want {
		e.Link = relative(path.Dir(at), want)
	}
	return l.Add(e.Normal())
}

// Link adds a link at a path that leads to target, which is absolute.
func (l *Layer) Link(name, target string) error {
	at, err := resolve(name, false, l.plain)
	if err != nil {
		return err
	}
	target, err = resolve(target, false, l.plain)
	if err != nil {
		return err
	}
	return l.Add(NewLink(name, relative(path.Dir(at), target)))
}
