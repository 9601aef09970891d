package unpack

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// runsCode is what is said of a file that Python runs each time it starts.
const runsCode = "runs code each time Python starts"

// checkStartup refuses what Python runs each time it starts, whatever the service
// imports, unless the package may have that: a way for an attack to need no import.
//
// Python reads the .pth and .start files (PEP 829) at the top of the packages, none
// below, and then imports sitecustomize and usercustomize, from the directories that a
// .pth file names too. What other packages put into such a directory is not seen here.
func (d *dist) checkStartup(r *reader, l layout) error {
	s := newSite(d.files, l)
	for _, f := range s.files {
		name := s.name(f)
		if path.Ext(name) != ".pth" || strings.Contains(name, "/") || f.member == nil {
			continue
		}
		text, err := r.read(d.archive, f.member, f.digest, maxMetadata)
		if err != nil {
			return fmt.Errorf("%s: %w", f.source(), err)
		}
		if what := d.readPth(s, text); what != "" {
			if err := d.startup(f, name, what); err != nil {
				return err
			}
		}
	}
	for _, f := range s.files {
		if name := s.name(f); s.isHook(name) {
			if err := d.startup(f, name, runsCode); err != nil {
				return err
			}
		}
	}
	return nil
}

// startup notes what a file does at each start, or refuses it.
func (d *dist) startup(f *file, name, what string) error {
	if d.Startup {
		d.notes = append(d.notes, show(name)+" "+what)
		return nil
	}
	return fmt.Errorf("%s: %s (if that is right: dependencies: {allow_startup: [%s]})", f.source(), what, d.name)
}

// readPth says what a .pth file does that needs permission, or nothing. The directories
// of the wheel that it names do not; they are searched from then on.
func (d *dist) readPth(s *site, text []byte) (what string) {
	if !isPlain(text) {
		return "is not plain text, so that Python may find a line anywhere in it that it runs when it starts"
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\r", "\n"), "\n") {
		switch dir := path.Clean(strings.TrimRightFunc(line, unicode.IsSpace)); {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") || isOfSetuptools(line, d.name, s):
		case strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t"):
			return runsCode
		case s.dirs[dir]:
			s.searched[dir] = true
		default:
			return "makes Python look for code in " + show(dir) + ", which is no directory of the wheel"
		}
	}
	return ""
}

// isPlain reports whether all versions of Python agree on the lines of a text: some end
// them at other characters too, skip a byte order mark, or guess the encoding.
func isPlain(text []byte) bool {
	return utf8.Valid(text) && !bytes.ContainsFunc(text, func(c rune) bool {
		return unicode.IsControl(c) && !strings.ContainsRune("\t\r\n", c) || strings.ContainsRune("\u2028\u2029\ufeff", c)
	})
}

// site is what one wheel has among the packages.
type site struct {
	root     string // with a slash at its end
	files    []*file
	dirs     map[string]bool
	searched map[string]bool // directories that Python looks for modules in
}

func newSite(files []*file, l layout) *site {
	s := &site{root: l.sitePackages + "/", dirs: map[string]bool{}, searched: map[string]bool{".": true}}
	for _, f := range files {
		if !strings.HasPrefix(f.path, s.root) {
			continue
		}
		s.files = append(s.files, f)
		for dir := path.Dir(s.name(f)); dir != "."; dir = path.Dir(dir) {
			s.dirs[dir] = true
		}
	}
	return s
}

// name is the path of a file below the packages.
func (s *site) name(f *file) string { return strings.TrimPrefix(f.path, s.root) }

// isHook reports whether Python runs a file when it starts, by its name.
func (s *site) isHook(name string) bool {
	dir, base := path.Split(name)
	if dir = path.Clean(dir); strings.HasPrefix(base, "__init__.") {
		dir, base = path.Dir(dir), path.Base(dir)
	} else if dir == "." && path.Ext(base) == ".start" {
		return true
	}
	module, _, _ := strings.Cut(base, ".")
	return s.searched[dir] && (module == "sitecustomize" || module == "usercustomize")
}

// hasExtension reports whether one of the files is a compiled module, or the start of a
// compiled package, of a name.
func (s *site) hasExtension(module string) bool {
	for _, f := range s.files {
		if path.Ext(f.path) != ".so" {
			continue
		}
		dir, base := path.Split(f.path)
		if strings.HasPrefix(base, module+".") || strings.HasPrefix(base, "__init__.") && path.Base(dir) == module {
			return true
		}
	}
	return false
}
