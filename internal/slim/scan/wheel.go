package scan

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/keelback/keelback/internal/wheel"
)

// Limits of what is read. What a source has behind maxSource is not searched: only
// tables are that long. An archive with more members, or one that unpacks to more than
// freeUnpacked and maxRatio times its own size, is refused where it is installed, too.
const (
	maxMembers   = 100_000
	maxSource    = 32 << 20
	freeUnpacked = 64 << 20
	maxRatio     = 100
)

// opened is a wheel that is searched.
type opened struct {
	Wheel
	name     string // of the distribution, normalised
	input    *os.File
	files    []member        // sorted by path
	paths    []string        // of the files
	compiled map[string]bool // folders with compiled modules
}

// member is a file of a wheel.
type member struct {
	path string // from the directory of packages
	zip  *zip.File
}

// openWheels opens wheels, sorted by the names of their distributions. Those that are
// open have to be closed when there is an error, too.
func openWheels(opt Options) ([]*opened, error) {
	list := make([]*opened, len(opt.Wheels))
	err := parallel(len(list), func(_ *inflater, i int) error {
		list[i] = &opened{Wheel: opt.Wheels[i]}
		if err := list[i].open(opt.Python); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(opt.Wheels[i].Path), err)
		}
		return nil
	})
	list = slices.DeleteFunc(list, func(w *opened) bool { return w == nil })
	slices.SortStableFunc(list, func(a, b *opened) int { return strings.Compare(a.name, b.name) })
	return list, err
}

func (w *opened) close() {
	if w.input != nil {
		w.input.Close()
	}
}

func (w *opened) open(python string) error {
	name, err := wheel.ParseName(filepath.Base(w.Path))
	if err != nil {
		return err
	}
	w.name = name.Distribution
	if w.input, err = os.Open(w.Path); err != nil {
		return err
	}
	info, err := w.input.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(w.input, info.Size())
	if err != nil {
		return err
	}
	if len(z.File) > maxMembers {
		return fmt.Errorf("%d files (%d work)", len(z.File), maxMembers)
	}
	w.compiled = map[string]bool{}
	var unpacked uint64
	for _, f := range z.File {
		unpacked += min(f.UncompressedSize64, maxSource)
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		p := fromPackages(f.Name, python)
		w.files = append(w.files, member{p, f})
		if path.Ext(p) == ".so" && !strings.HasPrefix(p, "..") {
			w.compiled[path.Dir(p)] = true
		}
	}
	if unpacked > freeUnpacked && unpacked/maxRatio > uint64(info.Size()) {
		return fmt.Errorf("a bomb: %d bytes that unpack to %d, more than %d times as many", info.Size(), unpacked, maxRatio)
	}
	slices.SortStableFunc(w.files, func(a, b member) int { return strings.Compare(a.path, b.path) })
	for _, f := range w.files {
		w.paths = append(w.paths, f.path)
	}
	return nil
}

// fromPackages is where a member goes, from the directory of packages.
func fromPackages(name, python string) string {
	top, rest, _ := strings.Cut(name, "/")
	if !strings.HasSuffix(top, ".data") {
		return path.Clean(name)
	}
	scheme, rest, _ := strings.Cut(rest, "/")
	switch scheme {
	case "purelib", "platlib":
		return path.Clean(rest)
	case "scripts":
		return path.Join("../../../bin", rest)
	case "headers":
		return path.Join("../../../include/site/python"+python, rest)
	}
	return path.Join("../../..", rest)
}

// inflater reads members, one after the other. Each worker has one.
type inflater struct {
	packed *bufio.Reader
	flate  io.ReadCloser
	buf    []byte
}

func newInflater() *inflater {
	packed := bufio.NewReaderSize(nil, 64<<10)
	return &inflater{packed: packed, flate: flate.NewReader(packed)}
}

// read reads a member. What it gives is good until the next one is read. Whether
// it is what RECORD says is checked where it is installed.
func (r *inflater) read(f *zip.File) ([]byte, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	r.packed.Reset(raw)
	from := io.Reader(r.packed)
	if f.Method == zip.Deflate {
		if err := r.flate.(flate.Resetter).Reset(r.packed, nil); err != nil {
			return nil, err
		}
		from = r.flate
	}
	n := int(min(f.UncompressedSize64, maxSource))
	r.buf = slices.Grow(r.buf[:0], n)[:n]
	if _, err := io.ReadFull(from, r.buf); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return r.buf, nil
}
