package oci

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// describe returns one line for each file of a tree, in the order of paths.
func describe(dir string, times bool) ([]string, error) {
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
		if times && info.Mode()&fs.ModeSymlink == 0 {
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

// treeArgs parses the arguments of a command on trees. Of an unpacked image the
// tree is its rootfs.
func treeArgs(ts *testscript.TestScript, name string, args []string, n int) (trees [][]string) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	times := flags.Bool("mtime", false, "compare times too")
	ts.Check(flags.Parse(args))
	if flags.NArg() != n {
		ts.Fatalf("usage: %s [-mtime] DIR...", name)
	}
	for _, dir := range flags.Args() {
		dir = ts.MkAbs(dir)
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
			dir = filepath.Join(dir, "rootfs")
		}
		lines, err := describe(dir, *times)
		ts.Check(err)
		trees = append(trees, lines)
	}
	return trees
}

func cmdManifest(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! manifest")
	}
	fmt.Fprintln(ts.Stdout(), strings.Join(treeArgs(ts, "manifest", args, 1)[0], "\n"))
}

func cmdDiffTree(ts *testscript.TestScript, neg bool, args []string) {
	trees := treeArgs(ts, "difftree", args, 2)
	diff := differences(trees[0], trees[1])
	fmt.Fprint(ts.Stdout(), diff)
	var err error
	if diff != "" {
		err = fmt.Errorf("trees differ")
	}
	expect(ts, neg, err)
}

// differences returns the lines that only one side has, marked - and +.
func differences(a, b []string) string {
	if cmp.Equal(a, b) {
		return ""
	}
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
