package slice

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/rootfs"
)

// maxSource is the size of the greatest file of Python that is looked at for libraries,
// in bytes. Greater ones are data.
const maxSource = 8 << 20

// auditLoads warns of libraries that code of Python opens by name and that are not in
// the image: once for each package and library.
func (r *slicer) auditLoads() error {
	var files []rootfs.Entry
	for _, e := range r.sources {
		if e.Size > maxSource {
			r.notes = append(r.notes, fmt.Sprintf("%s: no libraries looked for, it has %d bytes (of up to %d)", e.Path, e.Size, maxSource))
		} else {
			files = append(files, e)
		}
	}
	found, err := scan(files)
	if err != nil || len(found) == 0 {
		return err
	}
	l, err := r.newLinker()
	if err != nil {
		return err
	}
	warned := map[string]bool{}
	for _, s := range found {
		twin, err := r.twin(s.path)
		if err != nil {
			return err
		}
		if twin != "" {
			continue
		}
		who := r.wants(s.path)
		for _, load := range s.loads {
			problem, library := l.problem(load, s)
			if key := who + "\x00" + library; problem != "" && !warned[key] {
				warned[key] = true
				r.warnings = append(r.warnings, fmt.Sprintf("%s:%d (%s): %s", s.path, load.line, who, problem))
			}
		}
	}
	return nil
}

// source is a file of Python that opens libraries.
type source struct {
	path  string
	text  []byte
	loads []load

	// bundles tells that it looks where auditwheel puts libraries: in NAME.libs.
	bundles bool
}

// scan reads files of Python, several at once, and keeps those that open libraries.
func scan(files []rootfs.Entry) ([]source, error) {
	out, errs := make([]source, len(files)), make([]error, len(files))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				text, err := files[i].ReadAll()
				errs[i] = err
				if err == nil && MayLoad(text) {
					out[i] = source{files[i].Path, text, loads(text), bytes.Contains(text, []byte(".libs"))}
				}
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(out, func(s source) bool { return len(s.loads) == 0 }), nil
}

// linker knows which libraries the interpreter of the image finds by name.
type linker struct {
	*slicer
	libraries map[string]bool // the names in the loader's directories
	bundled   []string        // the names of the shared objects of packages

	// finds tells that find_library works, and why says why not.
	finds bool
	why   string
}

func (r *slicer) newLinker() (*linker, error) {
	l := &linker{slicer: r, libraries: map[string]bool{}}
	dirs, err := elf.Directories(r.layer, r.interpreter.Path)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if err := l.list(dir); err != nil {
			return nil, err
		}
	}
	for name := range r.shown {
		if strings.Contains(path.Base(name), ".so") {
			l.bundled = append(l.bundled, path.Base(name))
		}
	}
	slices.Sort(l.bundled)
	l.finds, l.why = r.findsLibraries()
	return l, nil
}

// list adds the names in a directory of the image, if it has it.
func (l *linker) list(dir string) error {
	e, err := l.layer.Stat(dir)
	if err != nil {
		return nil
	}
	dir = e.Path
	list, err := l.Base.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range slices.Concat(list, l.layer.Entries()) {
		if path.Dir(e.Path) == dir {
			l.libraries[path.Base(e.Path)] = true
		}
	}
	return nil
}

// findsLibraries reports whether ctypes.util.find_library can find anything, and why
// it cannot. It asks /sbin/ldconfig, which prints the loader's cache, or a compiler or
// linker together with objdump; and where the standard library knows of musl, it looks
// into the directories itself.
func (r *slicer) findsLibraries() (ok bool, why string) {
	text, err := r.layer.Stat(path.Join(r.interpreter.Stdlib, "ctypes", "util.py"))
	if err == nil {
		if b, err := text.ReadAll(); err == nil && bytes.Contains(b, []byte("musl")) {
			return true, ""
		}
	}
	if r.runs("/usr/bin/objdump") && (r.runs("/usr/bin/gcc") || r.runs("/usr/bin/cc") || r.runs("/usr/bin/ld")) {
		return true, ""
	}
	if !r.runs("/sbin/ldconfig") {
		return false, "the image has no /sbin/ldconfig"
	}
	if _, err := r.layer.Stat("/etc/ld.so.cache"); err != nil {
		return false, "the image has no /etc/ld.so.cache"
	}
	return true, ""
}

var sharedObject = regexp.MustCompile(`^lib[^/]*\.so(\.[0-9]+)*$`)

// problem says why none of the libraries of a call can be opened, and names the first.
// Empty is no problem. Where the code has another name that is there, it is taken to
// try that too.
func (l *linker) problem(call load, in source) (problem, library string) {
	var wanted []string
	for _, name := range call.names {
		switch {
		case elf.OfDriver("lib" + stem(name) + ".so"), isOfLibc(stem(name)), isOfOthers(name):
		case call.call == findLibrary, sharedObject.MatchString(name):
			wanted = append(wanted, name)
		case call.call == openLibrary && l.known(name):
			return "", ""
		}
	}
	if len(wanted) == 0 || in.bundles || slices.ContainsFunc(wanted, l.bundles) {
		return "", "" // the package brings it
	}
	library = stem(wanted[0])
	if call.call == openLibrary {
		if slices.ContainsFunc(wanted, l.known) {
			return "", ""
		}
		return fmt.Sprintf("opens %s, which is not in the image%s", wanted[0], l.hint(wanted[0])), library
	}
	here := l.named(library)
	switch {
	case here == "":
		return fmt.Sprintf("find_library(%q) finds nothing: the library is not in the image%s", library, l.hint(library)), library
	case l.finds, bytes.Contains(in.text, []byte("lib"+library+".so")):
		return "", ""
	}
	return fmt.Sprintf("find_library(%q) finds nothing, as %s; the library is there: CDLL(%q) opens it", library, l.why, here), library
}

// known reports whether the loader finds a library by a name.
func (l *linker) known(name string) bool { return l.libraries[name] }

// bundles reports whether a package brings a library under some name of its own.
func (l *linker) bundles(name string) bool {
	prefix := "lib" + stem(name)
	return slices.ContainsFunc(l.bundled, func(b string) bool {
		rest, ok := strings.CutPrefix(b, prefix)
		return ok && rest != "" && strings.Contains(".-_", rest[:1])
	})
}

// named is the name of a library that the loader has, with the version of its
// interface where there is one such name.
func (l *linker) named(library string) string {
	var names []string
	for name := range l.libraries {
		if strings.HasPrefix(name, "lib"+library+".so") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	if len(names) > 1 && strings.HasSuffix(names[0], ".so") {
		return names[1]
	}
	return names[0]
}

func (l *linker) hint(library string) string {
	if p := l.packageOf(library); p != "" {
		return " (system package " + p + ")"
	}
	return ""
}

// stem is the name of a library as find_library takes it: magic for libmagic.so.1.
func stem(name string) string {
	name, _, _ = strings.Cut(name, ".so")
	return strings.TrimPrefix(name, "lib")
}

// isOfLibc reports whether a library is a part of the C library. Code which finds
// none opens the program itself instead, which has them.
func isOfLibc(name string) bool {
	return slices.Contains([]string{"c", "m", "dl", "rt", "pthread", "util"}, name)
}

// isOfOthers reports whether a library is one of other systems.
func isOfOthers(name string) bool {
	if strings.ContainsAny(name, "/\\") || strings.HasSuffix(name, ".dll") || strings.HasSuffix(name, ".dylib") {
		return true
	}
	return slices.Contains([]string{
		// macOS
		"AppKit", "ApplicationServices", "Carbon", "Cocoa", "CoreFoundation", "CoreGraphics", "CoreMIDI", "CoreServices",
		"Foundation", "IOKit", "Quartz", "Security", "System", "SystemConfiguration", "SystemB", "objc",
		// Windows
		"advapi32", "bcrypt", "crypt32", "gdi32", "iphlpapi", "kernel32", "msvcr90", "msvcr100", "msvcrt", "netapi32",
		"ntdll", "ole32", "psapi", "secur32", "setupapi", "shell32", "user32", "winmm", "ws2_32",
	}, name)
}
