package rootfs

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// Write writes the layer into a directory of this machine.
func (l *Layer) Write(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	entries := l.Entries()
	for _, e := range entries {
		if err := write(filepath.Join(out, e.Path), e); err != nil {
			return fmt.Errorf("%s: %w", e.Path, err)
		}
	}
	// A directory's time changes with each file in it, and its mode may forbid
	// files, so directories come last, the inner ones first.
	for _, e := range slices.Backward(entries) {
		if !e.Mode.IsDir() {
			continue
		}
		if err := setMetadata(filepath.Join(out, e.Path), e); err != nil {
			return fmt.Errorf("%s: %w", e.Path, err)
		}
	}
	return nil
}

func write(host string, e Entry) error {
	switch {
	case e.Mode.IsDir():
		if err := os.Mkdir(host, 0o755); err != nil && !isDir(host) {
			return err
		}
		return nil
	case e.IsLink():
		if err := os.Symlink(e.Link, host); err != nil {
			return err
		}
	case e.Mode.IsRegular():
		if err := writeFile(host, e); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a %s cannot be written", e.Kind())
	}
	return setMetadata(host, e)
}

func isDir(host string) bool {
	info, err := os.Lstat(host)
	return err == nil && info.IsDir()
}

func writeFile(host string, e Entry) (err error) {
	src, err := e.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(host, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := dst.Close(); err == nil {
			err = cerr
		}
	}()
	_, err = io.Copy(dst, src)
	return err
}

// setMetadata sets owner, mode and time, in this order: a new owner clears bits
// of the mode, and both are changes.
func setMetadata(host string, e Entry) error {
	if err := os.Lchown(host, e.UID, e.GID); err != nil {
		return err
	}
	if !e.IsLink() {
		if err := os.Chmod(host, e.Mode&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)); err != nil {
			return err
		}
	}
	ts, err := unix.TimeToTimespec(e.ModTime)
	if err != nil {
		return err
	}
	return unix.UtimesNanoAt(unix.AT_FDCWD, host, []unix.Timespec{ts, ts}, unix.AT_SYMLINK_NOFOLLOW)
}
