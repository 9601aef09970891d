package oci

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Describe returns one line for each file of a tree, in the order of paths: type
// and mode, owner, time if that is asked for, size and sum or the target of a link.
// The root has no time of its own: no layer holds it.
func Describe(dir string, times bool) ([]string, error) {
	var lines []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		owner := info.Sys().(*syscall.Stat_t)
		line := fmt.Sprintf("/%s %s %d:%d", strings.TrimPrefix(name, "."), info.Mode(), owner.Uid, owner.Gid)
		if times && name != "." && info.Mode()&fs.ModeSymlink == 0 {
			line += " " + info.ModTime().UTC().Format("2006-01-02T15:04:05Z")
		}
		content, err := describeContent(path, info)
		lines = append(lines, line+content)
		return err
	})
	return lines, err
}

func describeContent(path string, info fs.FileInfo) (string, error) {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		return " -> " + target, err
	case info.Mode().IsRegular():
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		h := sha256.New()
		_, err = io.Copy(h, f)
		return fmt.Sprintf(" %d %x", info.Size(), h.Sum(nil)), err
	}
	return "", nil
}

// treeSize is the sum of the sizes of files; a file with several names counts once.
func treeSize(dir string) (int64, error) {
	var total int64
	seen := map[uint64]bool{}
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if inode := info.Sys().(*syscall.Stat_t).Ino; !seen[inode] {
			seen[inode] = true
			total += info.Size()
		}
		return nil
	})
	return total, err
}

// Differences returns the lines that only one side has, marked - and +.
func Differences(a, b []string) string {
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i++
			j++
		case j == len(b) || i < len(a) && pathOf(a[i]) <= pathOf(b[j]):
			fmt.Fprintln(&out, "-", a[i])
			i++
		default:
			fmt.Fprintln(&out, "+", b[j])
			j++
		}
	}
	return out.String()
}

// pathOf returns what WalkDir's order goes by: names, element by element.
func pathOf(line string) string {
	path, _, _ := strings.Cut(line, " ")
	return strings.ReplaceAll(path, "/", "\x00")
}
