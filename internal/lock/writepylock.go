package lock

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// Pylock is a complete lock as a pylock.toml (PEP 751) that lies beside it. It is an
// error for a lock that lacks URLs still, and for uv.lock, which has them all and is
// no list.
func (l *Lock) Pylock() ([]byte, error) {
	if l.graph != nil {
		return nil, fmt.Errorf("%s: has all URLs (no pylock.toml is needed)", l.Path)
	}
	w := pylockWriter{dir: path.Dir(l.Path)}
	w.line("lock-version = %s", `"1.0"`)
	var environments []string
	for _, m := range l.environments {
		environments = append(environments, m.String())
	}
	w.list("environments", environments)
	if python := l.forPython(); python != "" {
		w.line("requires-python = %s", toJSON(python))
	}
	w.list("extras", slices.Sorted(maps.Keys(l.extras)))
	w.list("dependency-groups", slices.Sorted(maps.Keys(l.groups)))
	w.list("default-groups", l.defaults)
	w.line(`created-by = "keelback"`)
	for _, p := range l.packages {
		switch {
		case p.absent && l.never(p):
		case p.absent || len(p.Hashes) > 0 && len(p.files()) == 0:
			return nil, fmt.Errorf("%s: %s has no file with a URL", p.Place(), p.title())
		default:
			w.pkg(p)
		}
	}
	return []byte(w.text.String()), nil
}

// forPython is the requires-python of a completed lock: an index was only asked for
// what is for certain versions of Python.
func (l *Lock) forPython() string {
	var all []string
	for _, python := range append([]string{l.requiresPython}, l.pythons...) {
		if python != "" {
			all = append(all, python)
		}
	}
	return strings.Join(sorted(all), ",")
}

// never tells whether a package is installed on no target that the lock is for.
func (l *Lock) never(p *Package) bool {
	specifiers, err := wheel.ParseSpecifiers(l.forPython())
	if err != nil {
		return false
	}
	for release := range (spec.NewestPython - spec.OldestPython + 1) * maxPatch {
		python := fmt.Sprintf("3.%d.%d", spec.OldestPython+release/maxPatch, release%maxPatch)
		if specifiers.Contains(python) && l.anywhere(p, python) {
			return false
		}
	}
	return true
}

// anywhere tells whether a package may be installed on some machine with a release of
// Python.
func (l *Lock) anywhere(p *Package, python string) bool {
	for _, machine := range []string{"x86_64", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"} {
		env := wheel.Target{Python: python, Machine: machine}.Environment()
		env.Extras = slices.Collect(maps.Keys(l.extras))
		env.Extra, env.Groups = env.Extras, slices.Collect(maps.Keys(l.groups))
		if p.Marker.Match(env) {
			return true
		}
	}
	return false
}

type pylockWriter struct {
	dir  string // that paths are relative to
	text strings.Builder
}

func (w *pylockWriter) line(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }

func (w *pylockWriter) list(key string, values []string) {
	if len(values) > 0 {
		w.line("%s = [%s]", key, strings.Join(quoteAll(values), ", "))
	}
}

func quoteAll(values []string) []string {
	var quoted []string
	for _, v := range values {
		quoted = append(quoted, toJSON(v))
	}
	return quoted
}

// pylockKey is a key with its value; those that are empty are left out.
type pylockKey struct{ key, value string }

func (w *pylockWriter) keys(pairs ...pylockKey) {
	for _, p := range pairs {
		if p.value != "" {
			w.line("%s = %s", p.key, toJSON(p.value))
		}
	}
}

// inlineTable is an inline table. What follows the pairs is TOML already.
func inlineTable(rest string, pairs ...pylockKey) string {
	var all []string
	for _, p := range pairs {
		if p.value != "" {
			all = append(all, p.key+" = "+toJSON(p.value))
		}
	}
	if rest != "" {
		all = append(all, rest)
	}
	return "{ " + strings.Join(all, ", ") + " }"
}

func (w *pylockWriter) pkg(p *Package) {
	w.line("\n[[packages]]")
	w.keys(pylockKey{"name", p.Name}, pylockKey{"version", p.Version}, pylockKey{"marker", p.Marker.String()},
		pylockKey{"requires-python", p.RequiresPython}, pylockKey{"index", p.Index})
	if v := p.VCS; v != nil {
		w.line("vcs = %s", inlineTable("", pylockKey{"type", v.Type}, pylockKey{"url", v.URL}, pylockKey{"requested-revision", v.Requested},
			pylockKey{"commit-id", v.Commit}, pylockKey{"subdirectory", v.Subdirectory}))
	}
	if p.Directory != nil {
		w.line("directory = %s", inlineTable("", pylockKey{"path", relative(w.dir, p.Directory.Path)}))
	}
	if p.Archive != nil {
		w.line("archive = %s", w.file(p.Archive))
	}
	if p.Sdist != nil && w.has(p.Sdist) {
		w.line("sdist = %s", w.file(p.Sdist))
	}
	if !slices.ContainsFunc(p.Wheels, func(f File) bool { return w.has(&f) }) {
		return
	}
	w.line("wheels = [")
	for i := range p.Wheels {
		if w.has(&p.Wheels[i]) {
			w.line("    %s,", w.file(&p.Wheels[i]))
		}
	}
	w.line("]")
}

// has tells whether it is known where a file is.
func (w *pylockWriter) has(f *File) bool { return f.URL != "" || f.Path != "" }

func (w *pylockWriter) file(f *File) string {
	name := f.Name
	if name == baseName(f.URL+f.Path) {
		name = ""
	}
	rest := "hashes = { sha256 = " + toJSON(f.SHA256) + " }"
	if f.Size > 0 {
		rest = fmt.Sprintf("size = %d, %s", f.Size, rest)
	}
	place := ""
	if f.Path != "" {
		place = relative(w.dir, f.Path)
	}
	return inlineTable(rest, pylockKey{"name", name}, pylockKey{"url", f.URL}, pylockKey{"path", place}, pylockKey{"subdirectory", f.Subdirectory})
}

// relative is a path of the context as seen from a folder of it.
func relative(dir, name string) string {
	if rel, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(name)); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}
