package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

func checkCommand(flags *flag.FlagSet) func(io.Writer) error {
	file := flags.String("file", "", "file to copy")
	sum := flags.String("sha256", "", "what it must have, in hex")
	out := flags.String("out", "", "directory for the copy, which has the name of the file")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		if !isSHA256.MatchString(*sum) {
			return fmt.Errorf("--sha256: %q is not a sha256 hash in hex", *sum)
		}
		n, err := copyChecked(*file, *out, strings.ToLower(*sum))
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "check: %s, %s\n", filepath.Base(*file), size(n))
		return nil
	}
}

var isSHA256 = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)

// copyChecked copies a file into a directory, as it is written normally. What is hashed
// is what is copied. When the hash is another one the copy is taken away.
func copyChecked(file, dir, want string) (n int64, err error) {
	src, err := openFile(file)
	if err != nil {
		return 0, fmt.Errorf("--file: %w", err)
	}
	defer src.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	name := filepath.Base(file)
	copied := filepath.Join(dir, name)
	dst, err := os.OpenFile(copied, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			// The error that led here is the one to report.
			_ = os.Remove(copied)
		}
	}()
	sum := sha256.New()
	n, err = io.Copy(io.MultiWriter(dst, sum), src)
	if err := errors.Join(err, dst.Close()); err != nil {
		return 0, err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return 0, fmt.Errorf("%s: sha256 is %s, the lock has %s", name, got, want)
	}
	return n, errors.Join(finish(copied, 0o644), finish(dir, 0o755))
}

// openFile opens a file. It does not wait for a pipe.
func openFile(name string) (*os.File, error) {
	if !filepath.IsAbs(name) {
		return nil, fmt.Errorf("%q is not an absolute path", name)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a file", name)
	}
	return os.Open(name)
}

// finish gives what is written to root, with the mode and the time that all layers
// have.
func finish(name string, mode os.FileMode) error {
	written := rootfs.NewFile(name, mode, nil).ModTime
	return errors.Join(os.Lchown(name, 0, 0), os.Chmod(name, mode), os.Chtimes(name, written, written))
}
