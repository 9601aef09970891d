package rootfs

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// epoch is the modification time of everything that is written:
// 1980-01-01T00:00:00Z, the earliest that a zip file can hold.
const epoch = 315532800

// Entry is a file, a directory or a link of a tree.
type Entry struct {
	// Path of the entry. No directory of it is a link.
	Path string

	// Mode has the type and the permissions.
	Mode fs.FileMode

	// UID and GID are the owner and the group.
	UID, GID int

	// Size of a file in bytes.
	Size int64

	// ModTime is when the entry was changed.
	ModTime time.Time

	// Link is what a symbolic link says.
	Link string

	// From is the path that the entry was copied from, in the tree that it was
	// copied from.
	From string

	host string // the file of this machine that has the contents
	data []byte // the contents, where host is empty
}

// NewFile is a file of root with the given contents.
func NewFile(path string, mode fs.FileMode, data []byte) Entry {
	return Entry{Path: path, Mode: mode.Perm(), Size: int64(len(data)), ModTime: time.Unix(epoch, 0), data: data}
}

// NewDir is a directory.
func NewDir(path string, mode fs.FileMode, uid, gid int) Entry {
	mode &= fs.ModePerm | fs.ModeSticky
	return Entry{Path: path, Mode: fs.ModeDir | mode, UID: uid, GID: gid, ModTime: time.Unix(epoch, 0)}
}

// NewLink is a symbolic link of root.
func NewLink(path, target string) Entry {
	return Entry{Path: path, Mode: fs.ModeSymlink | 0o777, Link: target, ModTime: time.Unix(epoch, 0)}
}

// IsLink reports whether the entry is a symbolic link.
func (e Entry) IsLink() bool { return e.Mode&fs.ModeSymlink != 0 }

// IsExecutable reports whether the entry is a file that somebody may execute.
func (e Entry) IsExecutable() bool { return e.Mode.IsRegular() && e.Mode&0o111 != 0 }

// Normal is the entry as it is written: owned by root, with the modes and the
// time that every build gives it.
func (e Entry) Normal() Entry {
	switch {
	case e.Mode.IsDir(), e.IsExecutable():
		e.Mode = e.Mode.Type() | 0o755
	case e.IsLink():
		e.Mode = fs.ModeSymlink | 0o777
	default:
		e.Mode = e.Mode.Type() | 0o644
	}
	e.UID, e.GID = 0, 0
	e.ModTime = time.Unix(epoch, 0)
	return e
}

// Contents are the bytes of a file.
type Contents interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// Open opens a file for reading.
func (e Entry) Open() (Contents, error) {
	if err := e.readable(); err != nil {
		return nil, err
	}
	if e.host != "" {
		return os.Open(e.host)
	}
	return memory{bytes.NewReader(e.data)}, nil
}

// ReadAll reads a file.
func (e Entry) ReadAll() ([]byte, error) {
	if err := e.readable(); err != nil {
		return nil, err
	}
	if e.host != "" {
		return os.ReadFile(e.host)
	}
	return e.data, nil
}

// Equal reports whether two files have the same mode, owner and bytes.
func (e Entry) Equal(other Entry) (bool, error) {
	if e.Mode != other.Mode || e.UID != other.UID || e.GID != other.GID || e.Size != other.Size {
		return false, nil
	}
	a, err := e.ReadAll()
	if err != nil {
		return false, err
	}
	b, err := other.ReadAll()
	return bytes.Equal(a, b), err
}

// readable refuses what is no file: this machine would follow a link out of the
// root, and wait for a pipe.
func (e Entry) readable() error {
	if !e.Mode.IsRegular() {
		return fmt.Errorf("%s: a %s, not a file", e.Path, e.Kind())
	}
	return nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// read makes the entry of a file of this machine.
func read(path, host string) (Entry, error) {
	info, err := os.Lstat(host)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Path: path, Mode: info.Mode(), ModTime: info.ModTime(), host: host, From: path}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		e.UID, e.GID = int(st.Uid), int(st.Gid)
	}
	if e.Mode.IsRegular() {
		e.Size = info.Size()
	}
	if e.IsLink() {
		e.Link, err = os.Readlink(host)
	}
	return e, err
}
