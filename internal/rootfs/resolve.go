package rootfs

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

// maxLinks is how many links a path may lead through, as in the kernel.
const maxLinks = 40

// resolve follows the links of a path inside the root that lstat knows: those of
// its directories, and with last also the one that it ends with. Components that
// do not exist are kept as they are.
func resolve(name string, last bool, lstat func(string) (Entry, error)) (string, error) {
	done, rest := "/", strings.Trim(name, "/")
	for links := 0; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		if part == ".." {
			done = path.Dir(done)
			continue
		}
		if part == "" || part == "." {
			continue
		}
		next := path.Join(done, part)
		e, err := lstat(next)
		switch {
		case err != nil || !e.IsLink() || rest == "" && !last:
			done = next
			continue
		case links == maxLinks:
			return "", &fs.PathError{Op: "resolve", Path: name, Err: syscall.ELOOP}
		}
		links++
		if path.IsAbs(e.Link) {
			done = "/"
		}
		rest = strings.Trim(e.Link+"/"+rest, "/")
	}
	return done, nil
}

func notExist(name string) error {
	return &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// clean makes a path absolute.
func clean(name string) string { return path.Clean("/" + name) }

// isBelow reports whether name is dir or lies in it.
func isBelow(name, dir string) bool {
	return name == dir || dir == "/" || strings.HasPrefix(name, dir+"/")
}

// relative is the link text in directory dir that leads to target.
func relative(dir, target string) string {
	up := ""
	for !isBelow(target, dir) {
		dir, up = path.Dir(dir), up+"../"
	}
	return up + strings.Trim(strings.TrimPrefix(target, dir), "/")
}

// dirError says why a path cannot be had because of one of its directories.
func dirError(name string, e Entry) error {
	return fmt.Errorf("%s: %s is not a directory", name, e.Path)
}
