package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// user is the user that a service runs as.
type user struct {
	name     string
	uid, gid int
	writable []string
}

func userCommand(flags *flag.FlagSet) func(io.Writer) error {
	var u user
	base := flags.String("base", "", "rootfs of the image so far")
	flags.StringVar(&u.name, "name", "", "name of the user and of its group")
	flags.IntVar(&u.uid, "uid", 0, "number of the user")
	flags.IntVar(&u.gid, "gid", 0, "number of the group")
	writable := list(flags, "writable", "directory that the user may write to (repeatable)")
	out := flags.String("out", "", "directory for the tree to lay over the base")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("base", *base)
		if err != nil {
			return err
		}
		u.writable = *writable
		layer, err := u.layer(root)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "user: %s is %d:%d\n", u.name, u.uid, u.gid)
		return layer.Write(*out)
	}
}

// layer is what has to be added to a base for the user.
func (u user) layer(base *rootfs.Root) (*rootfs.Layer, error) {
	if u.name == "" || strings.ContainsAny(u.name, ":\n") || u.uid <= 0 || u.gid <= 0 {
		return nil, fmt.Errorf("%s (%d:%d): a user needs a name, and numbers above 0", u.name, u.uid, u.gid)
	}
	l := rootfs.NewLayer(base)
	for _, step := range []func(*rootfs.Layer) error{u.addPasswd, u.addGroup, u.addShadow, u.addTmp, u.addWritable} {
		if err := step(l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (u user) addPasswd(l *rootfs.Layer) error {
	line := fmt.Sprintf("%s:x:%d:%d::/tmp:/sbin/nologin", u.name, u.uid, u.gid)
	return addLine(l, "/etc/passwd", line, func(f []string) (bool, error) {
		return u.matches("/etc/passwd", f, u.uid, u.gid)
	})
}

func (u user) addGroup(l *rootfs.Layer) error {
	line := fmt.Sprintf("%s:x:%d:", u.name, u.gid)
	return addLine(l, "/etc/group", line, func(f []string) (bool, error) {
		return u.matches("/etc/group", f, u.gid)
	})
}

// matches reports whether an entry is the user's own. It is an error when another
// has the name or the number.
func (u user) matches(file string, fields []string, ids ...int) (bool, error) {
	if len(fields) < 2+len(ids) {
		return false, nil
	}
	same := fields[0] == u.name
	for i, id := range ids {
		same = same && fields[2+i] == strconv.Itoa(id)
	}
	if !same && (fields[0] == u.name || fields[2] == strconv.Itoa(ids[0])) {
		return false, fmt.Errorf("%s: %s (%s) is in the base already, and not as %s (%d:%d) (choose another name and numbers)",
			file, fields[0], strings.Join(fields[2:2+len(ids)], ":"), u.name, u.uid, u.gid)
	}
	return same, nil
}

// addShadow locks the password, where the base has a file for passwords.
func (u user) addShadow(l *rootfs.Layer) error {
	files := []struct{ name, line string }{
		{"/etc/shadow", u.name + ":!::0:99999:7:::"},
		{"/etc/gshadow", u.name + ":!::"},
	}
	for _, f := range files {
		if _, err := l.Stat(f.name); err != nil {
			continue
		}
		err := addLine(l, f.name, f.line, func(fields []string) (bool, error) { return fields[0] == u.name, nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// addLine adds a line to a file of the base, unless one of its entries is found to
// be the one that is wanted.
func addLine(l *rootfs.Layer, name, line string, found func(fields []string) (bool, error)) error {
	old, err := l.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		old = rootfs.NewFile(name, 0o644, nil)
	} else if err != nil {
		return err
	}
	text, err := old.ReadAll()
	if err != nil {
		return err
	}
	for entry := range strings.Lines(string(text)) {
		ok, err := found(strings.Split(strings.TrimRight(entry, "\n"), ":"))
		if ok || err != nil {
			return err
		}
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	e := rootfs.NewFile(old.Path, old.Mode, append(text, line+"\n"...))
	e.UID, e.GID = old.UID, old.GID
	return l.Add(e)
}

// addTmp makes /tmp writable for all, as it is the user's home.
func (u user) addTmp(l *rootfs.Layer) error {
	const mode = fs.ModeSticky | 0o777
	if e, err := l.Stat("/tmp"); err == nil && e.Mode == fs.ModeDir|mode {
		return nil
	}
	return l.Add(rootfs.NewDir("/tmp", mode, 0, 0))
}

// addWritable makes the directories that the user may write to; any other user of
// group 0 may, too.
func (u user) addWritable(l *rootfs.Layer) error {
	for _, name := range u.writable {
		if !path.IsAbs(name) {
			return fmt.Errorf("--writable: %q is not an absolute path", name)
		}
		if path.Clean(name) == "/tmp" {
			continue
		}
		if err := l.Add(rootfs.NewDir(name, 0o775, u.uid, 0)); err != nil {
			return err
		}
	}
	return nil
}
