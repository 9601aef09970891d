package unpack

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
)

// Options say what to install, and where to.
type Options struct {
	// Out is the directory for the tree: an image layer, with the environment at
	// its place in the image. It is empty or not there, and is left empty when
	// there is an error.
	Out string

	// Natives, where it is not empty, is a directory that gets the same tree when
	// there is native code (ELF) in it, else nothing.
	Natives string

	// Python is the version of the environment's interpreter, MAJOR.MINOR.
	Python string

	// Wheels to install, in any order.
	Wheels []Wheel

	// Over are layers of the same image. What they have too must have the same
	// bytes.
	Over []*rootfs.Root

	// Slim says what is left out, and which libraries are stripped. Nil: all stays as
	// it is.
	Slim *slim.Slimmer
}

// Wheel is a wheel to install.
type Wheel struct {
	// Path of the file, which has the name that the wheel was published with.
	Path string

	// SHA256 is what the file has to have, in hex. Empty: it is checked already.
	SHA256 string

	// DirectURL is the text for direct_url.json (PEP 610); empty for a wheel that
	// comes from an index.
	DirectURL string

	// Any tells that the wheel must have no native code.
	Any bool

	// Startup tells that it may have code which runs each time Python starts.
	Startup bool
}

// Result is what was installed.
type Result struct {
	// Packages and Files count them, Bytes the contents of the files.
	Packages, Files int
	Bytes           int64

	// Native tells that a file is compiled (ELF).
	Native bool

	// Parts are the packages with what they take up, Removed what was left out of
	// them or made smaller; paths are those of the image.
	Parts   []report.Part
	Removed []report.Removal

	// Notes are what whoever builds should know, sorted; each names the wheel.
	Notes []string
}

// Install writes wheels into an environment. Each error names the wheel and the
// member that it is about.
func Install(opt Options) (res *Result, err error) {
	for _, dir := range []string{opt.Out, opt.Natives} {
		if err := checkEmpty(dir); err != nil {
			return nil, err
		}
	}
	dists, err := openAll(opt)
	defer func() {
		for _, d := range dists {
			d.close()
		}
	}()
	if err != nil {
		return nil, err
	}
	t, err := newTree(dists, opt)
	if err != nil {
		return nil, err
	}
	for _, root := range opt.Over {
		if err := t.checkOver(root); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			clean(opt.Out)
			clean(opt.Natives)
		}
	}()
	native, err := t.write(opt.Out)
	if err != nil {
		return nil, err
	}
	if native && opt.Natives != "" {
		if err := t.copyTo(opt.Natives, opt.Out); err != nil {
			return nil, err
		}
	}
	return t.result(native), nil
}

func (t *tree) result(native bool) *Result {
	res := &Result{Native: native, Removed: t.removed()}
	bytes := map[*dist]int64{}
	for _, f := range t.files {
		if f.rule == "" {
			size := t.written(f).size
			res.Files++
			res.Bytes += size
			bytes[f.dist] += size
		}
	}
	for _, d := range t.dists {
		for _, note := range d.notes {
			res.Notes = append(res.Notes, d.file+": "+note)
		}
		if !d.isGone {
			res.Packages++
			res.Parts = append(res.Parts, report.Part{Name: d.name + " " + d.version, Bytes: bytes[d], Package: true})
		}
	}
	slices.Sort(res.Notes)
	return res
}

// openAll reads the wheels, sorted by file name. Those that are open have to be
// closed when there is an error, too.
func openAll(opt Options) ([]*dist, error) {
	wheels := slices.Clone(opt.Wheels)
	slices.SortStableFunc(wheels, func(a, b Wheel) int {
		return strings.Compare(filepath.Base(a.Path), filepath.Base(b.Path))
	})
	dists := make([]*dist, len(wheels))
	l := newLayout(opt.Python)
	err := parallel(len(wheels), func(r *reader, i int) (err error) {
		dists[i], err = openDist(r, wheels[i], l, opt.Slim)
		return err
	})
	dists = slices.DeleteFunc(dists, func(d *dist) bool { return d == nil })
	if err != nil {
		return dists, err
	}
	byName := map[string]string{}
	for _, d := range dists {
		if other, ok := byName[d.name]; ok {
			return dists, fmt.Errorf("%s: %s is of the same package (one wheel of each works)", show(d.file), show(other))
		}
		byName[d.name] = d.file
	}
	return dists, nil
}

// checkEmpty checks that a directory has nothing in it. It may be missing.
func checkEmpty(dir string) error {
	list, err := os.ReadDir(dir)
	if dir == "" || os.IsNotExist(err) {
		return nil
	}
	if err == nil && len(list) > 0 {
		err = fmt.Errorf("%s: not empty", dir)
	}
	return err
}

// clean takes away what was written before an error.
func clean(dir string) {
	list, err := os.ReadDir(dir)
	if dir == "" || err != nil {
		return
	}
	for _, e := range list {
		// The error that led here is the one to report.
		_ = os.RemoveAll(filepath.Join(dir, e.Name()))
	}
}
