// Package leak looks for a secret in what a build has left behind.
package leak

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Find lists where a secret is: in files, also of directories, and in what is in archives
// (tar) and compressed (gzip) in them. It sees it as it is, and in base64, hex and
// percent-encoding. Files that were last changed before a time are left out.
func Find(secret []byte, since time.Time, paths []string) ([]string, error) {
	if len(secret) < minLength {
		return nil, fmt.Errorf("a secret of %d bytes is found by chance (at least %d work)", len(secret), minLength)
	}
	s := &search{forms: formsOf(secret)}
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && name != path {
				return nil // a daemon has removed it by now
			}
			if err != nil {
				return err
			}
			return s.file(name, d, since)
		})
		if err != nil {
			return nil, err
		}
	}
	return s.found, nil
}

// minLength is the least length of a secret, in bytes.
const minLength = 12

// form is one way to write a secret.
type form struct {
	name string
	text []byte
}

// formsOf are the ways to write a secret. In base64 there are three, by what stands
// before it; what is sure of them is all but both ends.
func formsOf(secret []byte) []form {
	forms := []form{
		{"raw", secret},
		{"hex", []byte(hex.EncodeToString(secret))},
		{"hex", bytes.ToUpper([]byte(hex.EncodeToString(secret)))},
	}
	for before := range 3 {
		padded := append(make([]byte, before), secret...)
		sure := padded[:len(padded)/3*3]
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(sure)
			forms = append(forms, form{"base64", []byte(text[(before*8+5)/6:])})
		}
	}
	for _, text := range []string{url.QueryEscape(string(secret)), url.PathEscape(string(secret))} {
		if text != string(secret) {
			forms = append(forms, form{"percent-encoding", []byte(text)})
		}
	}
	return slices.CompactFunc(forms, func(a, b form) bool { return bytes.Equal(a.text, b.text) })
}

type search struct {
	forms []form
	found []string
}

// file searches a file of the disk, by its name too.
func (s *search) file(name string, d fs.DirEntry, since time.Time) error {
	s.text(name, []byte(filepath.Base(name)))
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil
	}
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && time.Unix(st.Ctim.Unix()).Before(since) {
		return nil
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	s.data(name, data)
	return nil
}

// data searches bytes, and what is packed in them. What is packed wrongly is searched as
// far as it goes.
func (s *search) data(where string, data []byte) {
	s.text(where, data)
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		if r, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			unpacked, _ := io.ReadAll(r)
			s.data(where+" (gzip)", unpacked)
		}
	}
	if len(data) > 262 && string(data[257:262]) == "ustar" {
		s.tar(where, data)
	}
}

func (s *search) tar(where string, data []byte) {
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		hdr, err := r.Next()
		if err != nil {
			return
		}
		// A member that is not compressed was searched with the archive.
		if content, _ := io.ReadAll(r); bytes.HasPrefix(content, []byte("\x1f\x8b")) || len(content) > 262 && string(content[257:262]) == "ustar" {
			s.data(where+": "+hdr.Name, content)
		}
	}
}

func (s *search) text(where string, data []byte) {
	for _, f := range s.forms {
		if bytes.Contains(data, f.text) {
			s.found = append(s.found, where+": "+f.name)
		}
	}
}
