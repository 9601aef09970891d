package unpack

import "strings"

// paths are paths of one tree that stay apart on every file system. Those that some
// take for the same clash, and so do a file and a directory.
type paths struct {
	names map[string]string // the first spelling of each file and directory
	files map[string]bool   // which of them are files
	dirs  map[string]bool   // directories that are in, as they are spelled
}

// add adds a path with the directories that it lies in. Where it clashes it gives
// the path that it clashes with. Directories may differ in spelling, as long as what
// is in them does not clash.
func (p *paths) add(name string, isDir bool) (clash string) {
	if p.names == nil {
		p.names, p.files, p.dirs = map[string]string{}, map[string]bool{}, map[string]bool{}
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 && !p.dirs[name[:i]] {
		if clash := p.add(name[:i], true); clash != "" {
			return clash
		}
	}
	if isDir && p.dirs[name] {
		return ""
	}
	if clash := p.clash(name, isDir); clash != "" {
		return clash
	}
	key := folded(name)
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

// clash gives the path that a path clashes with. It does not look at directories.
func (p *paths) clash(name string, isDir bool) string {
	key := folded(name)
	old, ok := p.names[key]
	if !ok || isDir && !p.files[key] {
		return ""
	}
	return old
}
