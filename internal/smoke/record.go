//go:build linux

package smoke

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// RecordFile is what [Hook] appends to, in the /tmp of the run.
const RecordFile = "/tmp/.keelback-smoke/bytecode"

//go:embed hook.py
var hookProgram string

// Hook are the files that make each Python of an environment record what it loads:
// a line in a .pth file, which comes before the ones of packages, and a module.
// version is MAJOR.MINOR; file is what is appended to, [RecordFile] in builds.
func Hook(version, file string) []rootfs.Entry {
	dir := path.Join(python.Venv, "lib/python"+version, "site-packages")
	program := strings.ReplaceAll(hookProgram, "@RECORD@", file)
	return []rootfs.Entry{
		rootfs.NewFile(dir+"/00_keelback_smoke.pth", 0o644, []byte("import _keelback_smoke\n")),
		rootfs.NewFile(dir+"/_keelback_smoke.py", 0o644, []byte(program)),
	}
}

// Recording says which bytecode the run of a service asks for, from its start to its
// stop. The image has the [Hook] for it.
type Recording struct {
	// File that the hook appends to.
	File string

	// Trees have compiled bytecode. What was asked for is listed by tree.
	Trees []Tree

	// Out is the directory for the lists: OUT/NAME/list has the paths in the image of
	// those files of the tree NAME that were asked for, sorted, one per line.
	Out string
}

// Tree is a directory in the layout of the image.
type Tree struct {
	Name, Dir string
}

// prepare makes the file that all users may append to.
func (r *Recording) prepare() error {
	if err := os.MkdirAll(filepath.Dir(r.File), 0o711); err != nil {
		return err
	}
	f, err := os.OpenFile(r.File, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o622)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o622), f.Close())
}

const (
	// quietFor is how long a service has to do nothing, in looks of settleEvery.
	quietFor    = 10
	settleEvery = 20 * time.Millisecond

	// settleWithin is when it is stopped all the same. That depends on timing.
	settleWithin = 10 * time.Second
)

// settle waits until what was started only waits: no thread runs, nothing more is
// recorded. Workers that start together answer when the first one does, and on a
// busy machine a process that waits for its turn counts as running. It returns false
// when that was not so within settleWithin.
func (t *trial) settle() bool {
	deadline, quiet, size := time.Now().Add(settleWithin), 0, t.recording.size()
	for quiet < quietFor {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(settleEvery)
		quiet++
		if now := t.recording.size(); now != size || running() {
			quiet, size = 0, now
		}
	}
	return true
}

func (t *trial) warnBusy() {
	t.warnf("the service does not come to rest within %s, so the list of what it imports may differ from build to build (bytecode: compile)", seconds(settleWithin))
}

// size is that of what was recorded; nothing is where r is nil.
func (r *Recording) size() int64 {
	if r == nil {
		return 0
	}
	info, err := os.Stat(r.File)
	if err != nil {
		return 0
	}
	return info.Size()
}

// running reports whether a thread below this process runs or wants to.
func running() bool {
	for _, pid := range descendants() {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil {
			continue
		}
		for _, file := range tasks {
			if e, ok := readStat(file); ok && (e.state == 'R' || e.state == 'D') {
				return true
			}
		}
	}
	return false
}

// write writes the lists.
func (r *Recording) write(log io.Writer) error {
	asked, err := r.read()
	if err != nil {
		return err
	}
	if len(asked) == 0 {
		return errors.New("record: no Python of the service was seen (bytecode: strip, or compile)")
	}
	files, listed := 0, 0
	for _, t := range r.Trees {
		all, err := t.bytecode()
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		list := slices.DeleteFunc(slices.Clone(all), func(p string) bool { return !asked[p] })
		files, listed = files+len(all), listed+len(list)
		if err := writeList(filepath.Join(r.Out, t.Name), list); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	if files > 0 && listed == 0 {
		return fmt.Errorf("record: the service asks for none of the %d files of bytecode (optimize: is PYTHONOPTIMIZE in env the same?)", files)
	}
	_, err = fmt.Fprintf(log, "smoke: the service loads %d of %d modules\n", listed, files)
	return err
}

// read returns what was asked for, by its path without links.
func (r *Recording) read() (map[string]bool, error) {
	f, err := os.Open(r.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, dirs := map[string]bool{}, map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name := path.Clean(lines.Text())
		// DIR/__pycache__/NAME, which may not be there; DIR is.
		dir := path.Dir(path.Dir(name))
		real, ok := dirs[dir]
		if !ok {
			if real, err = filepath.EvalSymlinks(dir); err != nil {
				real = dir
			}
			dirs[dir] = real
		}
		out[path.Join(real, path.Base(path.Dir(name)), path.Base(name))] = true
	}
	return out, lines.Err()
}

// bytecode lists the tree's compiled files, as paths in the image, sorted.
func (t Tree) bytecode() ([]string, error) {
	var out []string
	err := filepath.WalkDir(t.Dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".pyc" {
			return err
		}
		rel, err := filepath.Rel(t.Dir, name)
		out = append(out, "/"+filepath.ToSlash(rel))
		return err
	})
	slices.Sort(out)
	return out, err
}

// writeList writes a list, with times that are the same in each build.
func writeList(dir string, list []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var text strings.Builder
	for _, p := range list {
		text.WriteString(p + "\n")
	}
	file := filepath.Join(dir, "list")
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		return err
	}
	at := time.Unix(0, 0)
	return errors.Join(os.Chtimes(file, at, at), os.Chtimes(dir, at, at))
}
