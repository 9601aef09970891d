package unpack

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

const elfMagic = "\x7fELF"

// writer writes a tree into a directory. What it writes is of root, with the modes
// and the time that all layers have. In the directory there are no links, and nobody
// else writes there, so that its paths can be trusted.
type writer struct {
	tree   *tree
	dir    string
	dirs   []string
	chown  bool // files do not come to belong to root by themselves
	times  []unix.Timespec
	native atomic.Bool
}

func (t *tree) newWriter(dir string) *writer {
	ts := unix.Timespec{Sec: rootfs.NewDir("/", 0o755, 0, 0).ModTime.Unix()}
	return &writer{tree: t, dir: dir, dirs: t.dirs(strings.TrimPrefix(python.Venv, "/")), times: []unix.Timespec{ts, ts}}
}

// write writes the tree into a directory, which is made when it is not there. It
// reports whether the tree has native code.
func (t *tree) write(dir string) (native bool, err error) {
	w := t.newWriter(dir)
	if err := w.makeDirs(); err != nil {
		return false, err
	}
	if err := w.each(t.present(), w.inflate); err != nil {
		return false, err
	}
	records, err := t.fillRecords()
	if err != nil {
		return false, err
	}
	if err := w.each(records, w.inflate); err != nil {
		return false, err
	}
	return w.native.Load(), w.finishDirs()
}

// present are the files that are written, but for the RECORDs.
func (t *tree) present() []*file {
	return slices.DeleteFunc(slices.Clone(t.files), func(f *file) bool { return f.rule != "" || f.isRecord })
}

// copyTo writes the tree, which is written already, once more.
func (t *tree) copyTo(dir, from string) error {
	w := t.newWriter(dir)
	if err := w.makeDirs(); err != nil {
		return err
	}
	all := slices.DeleteFunc(slices.Clone(t.files), func(f *file) bool { return f.rule != "" })
	err := w.each(all, func(_ *reader, f *file, dst *os.File) error {
		src, err := os.Open(filepath.Join(from, python.Venv, f.path))
		if err != nil {
			return err
		}
		defer src.Close()
		_, err = io.Copy(dst, src)
		return err
	})
	if err != nil {
		return err
	}
	return w.finishDirs()
}

func (w *writer) makeDirs() error {
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return err
	}
	for _, dir := range w.dirs {
		if err := os.Mkdir(filepath.Join(w.dir, dir), 0o755); err != nil {
			return err
		}
	}
	info, err := os.Lstat(filepath.Join(w.dir, w.dirs[0]))
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	w.chown = !ok || st.Uid != 0 || st.Gid != 0
	return nil
}

// finishDirs sets modes and times of the directories: the times change with each
// file, so they come last, the inner ones first.
func (w *writer) finishDirs() error {
	for _, dir := range slices.Backward(append([]string{"."}, w.dirs...)) {
		host := filepath.Join(w.dir, dir)
		if err := os.Chmod(host, 0o755); err != nil {
			return err
		}
		// The directory itself was there before, and may be of anybody.
		if err := w.own(host, dir == "."); err != nil {
			return err
		}
	}
	return nil
}

// own gives what was written to root, and the time of all that is written.
func (w *writer) own(host string, always bool) error {
	if w.chown || always {
		if err := os.Lchown(host, 0, 0); err != nil {
			return err
		}
	}
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, host, w.times, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return &fs.PathError{Op: "utimensat", Path: host, Err: err}
	}
	return nil
}

// each writes files in parallel, the greatest ones first: a great one that comes
// last would keep one worker busy while all others are done.
func (w *writer) each(files []*file, fill func(*reader, *file, *os.File) error) error {
	order := slices.Clone(files)
	slices.SortStableFunc(order, func(a, b *file) int { return cmp.Compare(b.size, a.size) })
	return parallel(len(order), func(r *reader, i int) error {
		if err := w.file(r, order[i], fill); err != nil {
			return fmt.Errorf("%s: %w", order[i].origin(), err)
		}
		return nil
	})
}

func (w *writer) file(r *reader, f *file, fill func(*reader, *file, *os.File) error) (err error) {
	mode := fs.FileMode(0o644)
	if f.isExec {
		mode = 0o755
	}
	host := filepath.Join(w.dir, python.Venv, f.path)
	dst, err := os.OpenFile(host, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err := errors.Join(fill(r, f, dst), dst.Chmod(mode), dst.Close()); err != nil {
		return err
	}
	return w.own(host, false)
}

// inflate fills a file from its wheel. Native code is stripped when it is whole, and
// was found to be what RECORD says.
func (w *writer) inflate(r *reader, f *file, dst *os.File) error {
	if f.member == nil {
		_, err := dst.Write(f.data)
		return err
	}
	first, isNative := true, false
	err := r.copy(f.dist.archive, f.member, f.digest, func(b []byte) error {
		if first && strings.HasPrefix(string(b[:min(len(b), len(elfMagic))]), elfMagic) {
			if f.dist.Any {
				return errors.New("native code in a wheel for any platform (a package that is built on another CPU than its target's must have none)")
			}
			w.native.Store(true)
			isNative = true
		}
		first = false
		_, err := dst.Write(b)
		return err
	})
	if err != nil || !isNative {
		return err
	}
	return w.tree.strip(f, dst)
}
