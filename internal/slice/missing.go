package slice

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/python"
)

// missing is the error for libraries that were found nowhere: all at once, with
// the file and the package that want each.
func (r *slicer) missing(list []elf.Missing) error {
	if len(list) == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString("shared libraries are neither in the runtime base nor in the builder")
	for _, m := range list {
		fmt.Fprintf(&text, "\n  %s: needed by %s (%s)", m.Library, m.File, r.wants(m.File))
	}
	text.WriteString("\n(name the system package that has them in builder.packages, from where they are copied")
	if db, err := ospkg.Open(r.Base); err == nil && db.IsAPK() {
		text.WriteString(", or in runtime.packages")
	}
	text.WriteString(")")
	return errors.New(text.String())
}

// wants names the package that a file belongs to.
func (r *slicer) wants(file string) string {
	for _, d := range r.dists {
		for _, line := range d.Record {
			if line.Path == file {
				return d.Name + " " + d.Version
			}
		}
	}
	switch {
	case file == r.interpreter.Path, strings.HasPrefix(file, r.interpreter.Prefix()+"/lib/libpython"):
		return "python interpreter"
	case strings.HasPrefix(file, r.interpreter.Stdlib+"/"), strings.HasPrefix(file, path.Dir(r.interpreter.DynLoad)+"/"):
		return "python standard library"
	case strings.HasPrefix(file, python.Venv+"/"):
		return "in no package's RECORD"
	}
	if db, err := ospkg.Open(r.Builder); err == nil {
		if owner, ok := db.Owner(file); ok {
			return "system package " + owner
		}
	}
	return "of no package"
}
