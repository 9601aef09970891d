package slice

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/python"
)

// missing is the error for what was found nowhere: all at once, with the file and the
// package that want each.
func (r *slicer) missing(list []elf.Missing) error {
	if len(list) == 0 {
		return nil
	}
	var libraries, versions []elf.Missing
	for _, m := range list {
		if m.Version == "" {
			libraries = append(libraries, m)
		} else {
			versions = append(versions, m)
		}
	}
	var parts []string
	if len(libraries) > 0 {
		parts = append(parts, "shared libraries are neither in the runtime base nor in the builder"+r.byLibrary(libraries)+r.wayOut(libraries))
	}
	if len(versions) > 0 {
		text := "shared libraries are too old"
		for _, m := range versions {
			text += "\n  " + r.tooOld(m)
		}
		parts = append(parts, text+"\n(use a release of the package that is built for this system, or a runtime.image and a builder.image of a newer one)")
	}
	return errors.New(strings.Join(parts, "\n"))
}

// byLibrary is a line for each library that is missing.
func (r *slicer) byLibrary(list []elf.Missing) string {
	var text strings.Builder
	for i := 0; i < len(list); {
		m, n := list[i], 0
		for ; i < len(list) && list[i].Library == m.Library; i++ {
			n++
		}
		fmt.Fprintf(&text, "\n  %s: needed by %s (%s)", m.Library, m.File, r.wants(m.File))
		if n > 1 {
			fmt.Fprintf(&text, " and %s", count(n-1, "other file"))
		}
		if p := r.packageOf(m.Library); p != "" {
			fmt.Fprintf(&text, "; system package %s", p)
		}
	}
	return text.String()
}

// wayOut says what can be done about libraries that are missing.
func (r *slicer) wayOut(list []elf.Missing) string {
	which := "the system packages that have them"
	if names := r.packagesOf(list); len(names) > 0 {
		which = "packages: [" + strings.Join(names, ", ") + "]"
	}
	text := "\n(add " + which + " to builder, from where the libraries are copied, or to runtime, which gets the packages whole"
	if globs := r.dropGlobs(list); len(globs) > 0 {
		text += `; where the service can do without the files: slim: {drop: ["` + strings.Join(globs, `", "`) + `"]}`
	}
	return text + ")"
}

// dropGlobs are the patterns for `slim: {drop}` that take the programs and extension
// modules away which need something that is missing.
func (r *slicer) dropGlobs(list []elf.Missing) []string {
	var out []string
	for _, m := range list {
		stem, _, _ := strings.Cut(path.Base(m.File), ".")
		switch {
		case !strings.HasPrefix(m.File, python.Venv+"/") && !strings.HasPrefix(m.File, r.interpreter.Stdlib+"/"):
		case slices.Contains(r.programs, m.File):
			out = append(out, r.dropPath(m.File))
		case slices.Contains(r.objects, elf.Object{Path: m.File, Required: true}):
			out = append(out, r.dropPath(path.Join(path.Dir(m.File), stem+".*")))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// dropPath is a path as `slim: {drop}` takes it: from site-packages or the standard
// library, else the whole.
func (r *slicer) dropPath(name string) string {
	if _, inside, ok := strings.Cut(name, "/site-packages/"); ok && strings.HasPrefix(name, python.Venv+"/") {
		return inside
	}
	return strings.TrimPrefix(name, r.interpreter.Stdlib+"/")
}

// tooOld says which version of a library is missing.
func (r *slicer) tooOld(m elf.Missing) string {
	has := "which does not have it"
	if m.Newest != "" {
		has = fmt.Sprintf("and %s has up to %s", r.place(m.Found), m.Newest)
	}
	return fmt.Sprintf("%s (%s): needs %s of %s, %s", m.File, r.wants(m.File), m.Version, m.Library, has)
}

// place says where a library of the image comes from.
func (r *slicer) place(name string) string {
	switch _, err := r.Base.Lstat(name); {
	case r.layer.Has(name):
		return "the builder"
	case err == nil:
		return "the runtime base"
	}
	return name
}

// optional are the warnings about what is missing for files that nothing has to load:
// one for each package.
func (r *slicer) optional(list []elf.Missing) []string {
	files, libraries := map[string][]string{}, map[string][]elf.Missing{}
	var owners, out []string
	for _, m := range list {
		if m.Version != "" {
			out = append(out, r.tooOld(m))
			continue
		}
		who := r.wants(m.File)
		owners = append(owners, who)
		files[who] = append(files[who], m.File)
		libraries[who] = append(libraries[who], m)
	}
	slices.Sort(owners)
	for _, who := range slices.Compact(owners) {
		var names []string
		for _, m := range libraries[who] {
			names = append(names, m.Library)
		}
		slices.Sort(files[who])
		fs := slices.Compact(files[who])
		text := fmt.Sprintf("%s (%s)", fs[0], who)
		if len(fs) > 1 {
			text += " and " + count(len(fs)-1, "other file")
		}
		text += " cannot be loaded without " + strings.Join(slices.Compact(names), ", ")
		if names := r.packagesOf(libraries[who]); len(names) > 0 {
			text += " (system packages: " + strings.Join(names, ", ") + ")"
		}
		out = append(out, text)
	}
	return out
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *slicer) packageOf(library string) string {
	release, err := readRelease(r.Base)
	if err != nil {
		release = nil // the newest
	}
	return packageOf(library, r.baseDB.IsAPK(), release)
}

// packagesOf are the system packages that have what is missing, as far as they are
// known.
func (r *slicer) packagesOf(list []elf.Missing) []string {
	var out []string
	for _, m := range list {
		if p := r.packageOf(m.Library); p != "" {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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
	_, ofVenvs := r.shown[file]
	switch {
	case file == r.interpreter.Path, strings.HasPrefix(file, r.interpreter.Prefix()+"/lib/libpython"):
		return "python interpreter"
	case strings.HasPrefix(file, r.interpreter.Stdlib+"/"), strings.HasPrefix(file, path.Dir(r.interpreter.DynLoad)+"/"):
		return "python standard library"
	case strings.HasPrefix(file, python.Venv+"/"):
		return "in no package's RECORD"
	case ofVenvs:
		return "the app"
	}
	if owner, ok := r.builderDB.Owner(file); ok && r.layer.Has(file) {
		return "system package " + owner
	}
	if owner, ok := r.baseDB.Owner(file); ok {
		return "system package " + owner
	}
	return "of no package"
}
