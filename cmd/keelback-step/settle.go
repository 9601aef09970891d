package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/keelback/keelback/internal/rootfs"
)

// settle takes the time of the installation out of the files that hold it, so that
// the layer is the same at each build.
func settle(l *rootfs.Layer, base *rootfs.Root) error {
	shadow, err := base.ReadFile("/etc/shadow")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	undated := func(data []byte, _ time.Time) ([]byte, error) { return undatedShadow(data, shadow), nil }
	for _, f := range []struct {
		name string
		fix  func(data []byte, at time.Time) ([]byte, error)
	}{
		{"/lib/apk/db/scripts.tar", retimedTar},
		{"/lib/apk/db/scripts.tar.gz", retimedTarGzip},
		{"/etc/shadow", undated},
		{"/etc/shadow-", undated},
	} {
		if err := rewrite(l, f.name, f.fix); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// rewrite replaces the contents of a file that the layer has.
func rewrite(l *rootfs.Layer, name string, fix func(data []byte, at time.Time) ([]byte, error)) error {
	if !l.Has(name) {
		return nil
	}
	e, err := l.Lstat(name)
	if err != nil || !e.Mode.IsRegular() {
		return err
	}
	data, err := e.ReadAll()
	if err != nil {
		return err
	}
	if data, err = fix(data, e.ModTime); err != nil {
		return err
	}
	fixed := rootfs.NewFile(e.Path, e.Mode, data)
	fixed.Mode, fixed.UID, fixed.GID = e.Mode, e.UID, e.GID
	return l.Add(fixed)
}

// retimedTar is an archive with the same entries in the same order, all of one
// time. In its archive of scripts apk gives them the time of the installation.
func retimedTar(data []byte, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	r, w := tar.NewReader(bytes.NewReader(data)), tar.NewWriter(&out)
	for {
		hdr, err := r.Next()
		if errors.Is(err, io.EOF) {
			err = w.Close() // it writes the end of the archive
			return out.Bytes(), err
		}
		if err != nil {
			return nil, err
		}
		hdr.ModTime, hdr.AccessTime, hdr.ChangeTime = at, time.Time{}, time.Time{}
		hdr.Format, hdr.PAXRecords = tar.FormatGNU, nil // the format that apk writes
		if err := w.WriteHeader(hdr); err != nil {
			return nil, err
		}
		if _, err := io.Copy(w, r); err != nil {
			return nil, err
		}
	}
}

func retimedTarGzip(data []byte, at time.Time) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if data, err = io.ReadAll(r); err != nil {
		return nil, err
	}
	if data, err = retimedTar(data, at); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// undatedShadow is a file of passwords where the lines that base does not have say
// nothing about the day of the last change: for a user that a package adds, this
// is the day of the installation.
func undatedShadow(data, base []byte) []byte {
	old := strings.Split(string(base), "\n")
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		fields := strings.Split(line, ":")
		if len(fields) > 2 && !slices.Contains(old, line) {
			fields[2] = ""
			lines[i] = strings.Join(fields, ":")
		}
	}
	return []byte(strings.Join(lines, "\n"))
}
