package slice

import (
	"bytes"
	"regexp"
	"strings"
)

// load is a call of Python code that opens a library by a name which stands in the
// code: by ctypes or by cffi.
type load struct {
	line int // of the file, from 1

	// call is find_library or CDLL, for all calls that open a file.
	call string

	// names are the texts that the call is given: it tries them one after another.
	names []string
}

const (
	findLibrary = "find_library"
	openLibrary = "CDLL"
)

var (
	loadCall = regexp.MustCompile(`\b(?:_?find_library|CDLL|PyDLL|LoadLibrary|_?dlopen)\(`)
	literal  = regexp.MustCompile(`"([^"\\\n]*)"|'([^'\\\n]*)'`)

	// otherSystem is what a condition asks for whose code never runs on Linux.
	otherSystem = regexp.MustCompile(`(?i)darwin|macos|win32|windows|cygwin|msys|mingw|freebsd|openbsd|netbsd|sunos|solaris|aix|android|ios\b|["']nt["']`)
	notThere    = regexp.MustCompile(`(?i)linux|!=|\bnot\b|posix`)
)

// MayLoad reports whether a file of Python can have a call that opens a library by
// name. It is quick, and true for few files.
func MayLoad(text []byte) bool {
	for _, word := range []string{"find_library", "CDLL", "PyDLL", "LoadLibrary", "dlopen"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// maxLoads is how many calls of a file are looked at: more than anybody writes.
const maxLoads = 1 << 10

// loads lists the calls of a file of Python that open a library by a name which
// stands in the call. Comments, examples in docstrings, and what is for other systems
// are passed over.
func loads(text []byte) []load {
	var out []load
	at := newLines(text)
	for _, call := range loadCall.FindAllIndex(text, maxLoads) {
		at.moveTo(call[0])
		before := at.upTo(call[0])
		if strings.HasPrefix(before, "#") || strings.HasPrefix(before, ">>>") || before == "def" || isOfWindows(text[:call[0]]) ||
			forOthers(before) || at.isForOthers() {
			continue
		}
		var names []string
		for _, m := range literal.FindAllSubmatch(arguments(text[call[1]:]), -1) {
			names = append(names, string(m[1])+string(m[2]))
		}
		if len(names) == 0 {
			continue
		}
		l := load{line: at.number, call: openLibrary, names: names}
		if bytes.Contains(text[call[0]:call[1]], []byte(findLibrary)) {
			l.call = findLibrary
		}
		out = append(out, l)
	}
	return out
}

// isOfWindows reports whether a call behind some text is one of a loader of Windows.
func isOfWindows(before []byte) bool {
	return bytes.HasSuffix(before, []byte("windll.")) || bytes.HasSuffix(before, []byte("oledll."))
}

// maxArguments is how far the arguments of a call are looked at, in bytes.
const maxArguments = 400

// arguments is the text up to the parenthesis that closes a call.
func arguments(text []byte) []byte {
	text = text[:min(len(text), maxArguments)]
	depth := 1
	for i, b := range text {
		switch b {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return text[:i]
		}
	}
	return text
}

func forOthers(line string) bool {
	condition := strings.HasPrefix(line, "if ") || strings.HasPrefix(line, "elif ")
	return condition && otherSystem.MatchString(line) && !notThere.MatchString(line)
}
