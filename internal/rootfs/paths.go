package rootfs

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Paths are paths of one tree that stay apart on every file system. Those that some
// take for the same clash, and so do a file and a directory. The zero value is empty.
type Paths struct {
	names map[string]string // the first spelling of each file and directory
	files map[string]bool   // which of them are files
	dirs  map[string]bool   // directories that are in, as they are spelled
}

// Add adds a path with the directories that it lies in. Where it clashes it gives
// the path that it clashes with, else nothing. Directories may differ in spelling, as
// long as what is in them does not clash.
func (p *Paths) Add(name string, isDir bool) (clash string) {
	if p.names == nil {
		p.names, p.files, p.dirs = map[string]string{}, map[string]bool{}, map[string]bool{}
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 && !p.dirs[name[:i]] {
		if clash := p.Add(name[:i], true); clash != "" {
			return clash
		}
	}
	if isDir && p.dirs[name] {
		return ""
	}
	if clash := p.Clash(name, isDir); clash != "" {
		return clash
	}
	key := Fold(name)
	if isDir {
		p.dirs[name] = true
	} else {
		p.files[key] = true
	}
	if _, ok := p.names[key]; !ok {
		p.names[key] = name
	}
	return ""
}

// Clash gives the path that a path clashes with, or nothing. It does not look at the
// directories that the path lies in.
func (p *Paths) Clash(name string, isDir bool) string {
	key := Fold(name)
	old, ok := p.names[key]
	if !ok || isDir && !p.files[key] {
		return ""
	}
	return old
}

// Fold is the same for all paths that a file system may take for the same: some
// ignore case, some compose characters.
func Fold(name string) string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return norm.NFC.String(strings.Map(fold, norm.NFC.String(name)))
		}
	}
	return strings.ToLower(name)
}

// fold is one and the same for all cases of a letter.
func fold(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return unicode.ToLower(least)
}
