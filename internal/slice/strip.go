package slice

import (
	"fmt"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
)

// maxStripped is the size of the greatest file that is stripped, in bytes: the result
// is held in memory. An interpreter with all debugging information is far smaller.
const maxStripped = 512 << 20

// strip drops what no loader reads from the interpreter and its libraries. The files
// of system packages stay as they are: the package's record has their checksums, and
// a tool that compares them would find the image changed. So do libraries that check
// themselves.
func (r *slicer) strip() error {
	for _, e := range r.layer.Entries() {
		if e.From == "" || !r.Slim.Strips(slim.Stdlib, r.fromStdlib(e.Path)) {
			continue
		}
		if _, ok := r.builderDB.Owner(e.From); ok || elf.IsSigned(e.From, r.builderHas) {
			continue
		}
		s, dropped, err := Stripped(e)
		if err != nil {
			return err
		}
		if dropped == 0 {
			continue
		}
		if err := r.layer.Add(s); err != nil {
			return err
		}
		r.removed = append(r.removed, report.Removal{Path: e.Path, Rule: slim.DebugSymbols, Bytes: e.Size - s.Size})
	}
	return nil
}

func (r *slicer) builderHas(name string) bool {
	_, err := r.Builder.Stat(name)
	return err == nil
}

// fromStdlib is what globs are compared to: a path from the directory of the standard
// library, or the name of a file that is elsewhere.
func (r *slicer) fromStdlib(name string) string {
	for _, dir := range []string{r.interpreter.Stdlib, path.Dir(r.interpreter.DynLoad)} {
		if inside, ok := strings.CutPrefix(name, dir+"/"); ok {
			return inside
		}
	}
	return path.Base(name)
}

// Stripped gives an entry whose contents have nothing in them that no loader reads;
// see [elf.Strip]. Dropped is how many bytes that were; when it is 0, the entry is the
// one given. The new contents are in memory.
func Stripped(e rootfs.Entry) (s rootfs.Entry, dropped int64, err error) {
	if !e.Mode.IsRegular() || e.Size > maxStripped {
		return e, 0, nil
	}
	f, err := e.Open()
	if err != nil {
		return e, 0, err
	}
	defer f.Close()
	data, dropped, err := elf.Stripped(f, e.Size)
	if err != nil {
		return e, 0, fmt.Errorf("%s: %w", e.Path, err)
	}
	if dropped == 0 {
		return e, 0, nil
	}
	s = rootfs.NewFile(e.Path, e.Mode, data)
	s.Mode, s.UID, s.GID, s.ModTime, s.From = e.Mode, e.UID, e.GID, e.ModTime, e.From
	return s, dropped, nil
}
