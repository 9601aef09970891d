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

// loads lists the calls of a file of Python that open a library by a name which
// stands in the call. Comments, examples in docstrings, and what is for other systems
// are passed over.
func loads(text []byte) []load {
	var out []load
	for _, at := range loadCall.FindAllIndex(text, -1) {
		start := bytes.LastIndexByte(text[:at[0]], '\n') + 1
		before := strings.TrimSpace(string(text[start:at[0]]))
		if strings.HasPrefix(before, "#") || strings.HasPrefix(before, ">>>") || before == "def" ||
			strings.HasSuffix(before, "windll.") || strings.HasSuffix(before, "oledll.") || isForOthers(text, start, before) {
			continue
		}
		var names []string
		for _, m := range literal.FindAllSubmatch(arguments(text[at[1]:]), -1) {
			names = append(names, string(m[1])+string(m[2]))
		}
		if len(names) == 0 {
			continue
		}
		l := load{line: 1 + bytes.Count(text[:at[0]], []byte("\n")), call: openLibrary, names: names}
		if strings.Contains(string(text[at[0]:at[1]]), findLibrary) {
			l.call = findLibrary
		}
		out = append(out, l)
	}
	return out
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

// isForOthers reports whether the line that begins at a place, or a condition that it
// is indented under, asks for another system.
func isForOthers(text []byte, start int, line string) bool {
	if forOthers(line) {
		return true
	}
	depth := indent(text[start:])
	for start > 0 && depth > 0 {
		end := start - 1
		start = bytes.LastIndexByte(text[:end], '\n') + 1
		above := bytes.TrimSpace(text[start:end])
		if n := indent(text[start:end]); len(above) > 0 && n < depth {
			depth = n
			if forOthers(string(above)) {
				return true
			}
		}
	}
	return false
}

func forOthers(line string) bool {
	condition := strings.HasPrefix(line, "if ") || strings.HasPrefix(line, "elif ")
	return condition && otherSystem.MatchString(line) && !notThere.MatchString(line)
}

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }
