// Package rootfstest lays out small root file systems for tests, and lists what a
// test wrote.
package rootfstest

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"

	"github.com/keelback/keelback/internal/elf/elftest"
)

// written is the time that everything written has.
var written = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// laid is the time of all that Make lays out.
var laid = time.Date(2020, 2, 2, 0, 0, 0, 0, time.UTC)

// NeedsRoot skips a test that makes files of root where the user is another.
func NeedsRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can make files of root")
	}
}

// Text lays out the files of a txtar archive; see [Make].
func Text(t testing.TB, archive string) string {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = f.Data
	}
	return Make(t, files)
}

// Make lays out a root file system in a new directory. A name is a path, with
// words after it:
//
//	usr/bin/tool 0755      a mode
//	home/me 1000:1000      an owner
//	var/empty/             a directory
//	lib -> usr/lib         a link
//	usr/lib/libz.so.1 elf  an ELF file, described by the contents
func Make(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := lay(dir, strings.Fields(name), files[name]); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := setTimes(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

var octal = regexp.MustCompile(`^0[0-7]+$`)

func lay(dir string, words []string, data []byte) error {
	host := filepath.Join(dir, words[0])
	if err := os.MkdirAll(filepath.Dir(host), 0o755); err != nil {
		return err
	}
	if len(words) == 3 && words[1] == "->" {
		return os.Symlink(words[2], host)
	}
	mode, uid, gid := int64(0o644), 0, 0
	isDir := strings.HasSuffix(words[0], "/")
	if isDir {
		mode = 0o755
	}
	for _, w := range words[1:] {
		var err error
		switch {
		case w == "elf":
			var f elftest.File
			f, err = elftest.Parse(string(data))
			data, mode = f.Bytes(), 0o755
		case octal.MatchString(w):
			mode, err = strconv.ParseInt(w, 8, 32)
		default:
			_, err = fmt.Sscanf(w, "%d:%d", &uid, &gid)
		}
		if err != nil {
			return err
		}
	}
	var err error
	if isDir {
		err = os.MkdirAll(host, 0o755)
	} else {
		err = os.WriteFile(host, data, 0o600)
	}
	if err != nil {
		return err
	}
	if uid != 0 || gid != 0 {
		if err := os.Chown(host, uid, gid); err != nil {
			return err
		}
	}
	return unix.Chmod(host, uint32(mode))
}

func setTimes(dir string) error {
	ts := []unix.Timespec{{Sec: laid.Unix()}, {Sec: laid.Unix()}}
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return unix.UtimesNanoAt(unix.AT_FDCWD, name, ts, unix.AT_SYMLINK_NOFOLLOW)
	})
}

// List lists a tree, with a line for each entry: its mode, owner, path, size or
// link, and in brackets the date when it is not the one that everything written
// has.
func List(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		fmt.Fprintf(&out, "%v %d:%d %s", info.Mode(), st.Uid, st.Gid, cmp.Or(strings.TrimPrefix(name, dir), "/"))
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&out, " -> %s", target)
		case info.Mode().IsRegular():
			fmt.Fprintf(&out, " %d", info.Size())
		}
		if !info.ModTime().Equal(written) {
			fmt.Fprintf(&out, " (%s)", info.ModTime().UTC().Format(time.DateOnly))
		}
		fmt.Fprintln(&out)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
