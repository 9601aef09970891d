// Package mention finds what a Python source imports and which texts it has, without
// running it: what it may load or open.
package mention

import (
	"bytes"
	"strings"
)

// Source is told what a source mentions.
type Source struct {
	// Package is the dotted name of the package that the source is in: what relative
	// imports are relative to. Empty: none, and those are left out.
	Package string

	// Import gets each module that is imported, by its dotted name. Of what is
	// imported from a module it is not known whether it is a module too, so it is
	// given: `from a import b` is a and a.b.
	Import func(module string)

	// Literal gets the text of each string as it is written, without its quotes.
	// Strings that are statements (docstrings) are left out.
	Literal func(text []byte)
}

// Read reads a source of any version of Python. It does not check it: what is no
// Python is passed over.
func (s Source) Read(text []byte) {
	r := &reader{Source: s, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	r.statements()
}

// reader is where the reading of a source is.
type reader struct {
	Source
	text  []byte
	at    int
	depth int // of brackets
}

// position in a statement.
type position int

const (
	atStart  position = iota // of a line, or behind a semicolon
	atClause                 // behind a colon: a statement may follow
	inside
)

func (r *reader) statements() {
	where := atStart
	for r.at < len(r.text) {
		c := r.text[r.at]
		switch {
		case c == '\n' || c == '\r':
			r.at++
			if r.depth == 0 {
				where = atStart
			}
			continue
		case c == ' ' || c == '\t' || c == '\f':
			r.at++
			continue
		case c == '#':
			r.skipLine()
			continue
		case c == '\\':
			r.skipEscaped()
			continue
		case c == ';' && r.depth == 0:
			r.at++
			where = atStart
			continue
		case c == ':' && r.depth == 0:
			r.at++
			where = atClause
			continue
		}
		r.token(c, where)
		where = inside
	}
}

// token reads one word, string or sign.
func (r *reader) token(c byte, where position) {
	switch {
	case c == '\'' || c == '"':
		r.literal(nil, where)
	case isWordByte(c):
		word := r.word()
		next := r.peek()
		switch {
		case (next == '\'' || next == '"') && isPrefix(word):
			r.literal(word, where)
		case where == inside || r.depth > 0:
		case string(word) == "import":
			r.importNames("")
		case string(word) == "from":
			r.importFrom()
		}
	case c == '(' || c == '[' || c == '{':
		r.depth++
		r.at++
	case c == ')' || c == ']' || c == '}':
		r.depth = max(0, r.depth-1)
		r.at++
	default:
		r.at++
	}
}

// literal reads a string, and gives it unless it is a statement.
func (r *reader) literal(prefix []byte, where position) {
	text := r.string(bytes.ContainsAny(prefix, "fFtT"))
	if where == atStart && r.depth == 0 && r.endsStatement() {
		return
	}
	r.Literal(text)
}

// endsStatement reports whether nothing more follows on the line.
func (r *reader) endsStatement() bool {
	for _, c := range r.text[r.at:] {
		switch c {
		case ' ', '\t', '\f':
		case '\n', '\r', '#', ';':
			return true
		default:
			return false
		}
	}
	return true
}

// string reads a string from its first quote on, and gives its text. What is between
// the braces of a formatted one may have strings of its own, which are given.
func (r *reader) string(isFormatted bool) []byte {
	quote := r.text[r.at : r.at+1]
	if triple := bytes.Repeat(quote, 3); bytes.HasPrefix(r.text[r.at:], triple) {
		quote = triple
	}
	r.at += len(quote)
	start, braces := r.at, 0
	for r.at < len(r.text) {
		c := r.text[r.at]
		switch {
		case braces == 0 && bytes.HasPrefix(r.text[r.at:], quote):
			text := r.text[start:r.at]
			r.at += len(quote)
			return text
		case c == '\\':
			r.skipEscaped()
			continue
		case c == '\n' && len(quote) == 1:
			return r.text[start:r.at]
		case braces > 0 && (c == '\'' || c == '"'):
			r.Literal(r.string(false))
			continue
		case isFormatted && c == '{' && braces == 0 && r.follows("{{"):
			r.at++
		case isFormatted && c == '{':
			braces++
		case isFormatted && c == '}' && braces > 0:
			braces--
		}
		r.at++
	}
	return r.text[start:]
}

// importNames reads what follows `import`: modules, or names from a module.
func (r *reader) importNames(from string) {
	r.skipSpace()
	inBrackets := r.peek() == '('
	if inBrackets {
		r.at++
	}
	for {
		if r.skipSpace(); inBrackets {
			r.skipLines()
		}
		name := r.dotted()
		if name == "" {
			return
		}
		r.Import(from + name)
		for {
			if r.skipSpace(); inBrackets {
				r.skipLines()
			}
			if !isWordByte(r.peek()) {
				break
			}
			r.word() // as NAME
		}
		if r.peek() != ',' {
			return
		}
		r.at++
	}
}

// importFrom reads what follows `from`.
func (r *reader) importFrom() {
	r.skipSpace()
	up := 0
	for ; r.peek() == '.' || r.peek() == ' '; r.at++ {
		if r.peek() == '.' {
			up++
		}
	}
	module := r.dotted()
	if module == "import" {
		module = ""
	} else if r.skipSpace(); string(r.word()) != "import" {
		return
	}
	if up > 0 {
		parent, ok := r.parent(up - 1)
		if !ok {
			return
		}
		module = strings.TrimSuffix(parent+"."+module, ".")
	}
	if module == "" {
		return
	}
	r.Import(module)
	r.importNames(module + ".")
}

// parent is the package some levels above that of the source.
func (r *reader) parent(up int) (string, bool) {
	name := r.Package
	for range up {
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
	return name, name != ""
}

// dotted reads a dotted name.
func (r *reader) dotted() string {
	name := string(r.word())
	for name != "" && r.peek() == '.' {
		r.at++
		part := r.word()
		if len(part) == 0 {
			break
		}
		name += "." + string(part)
	}
	return name
}

func (r *reader) word() []byte {
	start := r.at
	for r.at < len(r.text) && isWordByte(r.text[r.at]) {
		r.at++
	}
	return r.text[start:r.at]
}

// peek is the next byte, 0 at the end.
func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) follows(s string) bool { return bytes.HasPrefix(r.text[r.at:], []byte(s)) }

// skipSpace skips spaces, and line ends that do not count.
func (r *reader) skipSpace() {
	for {
		switch r.peek() {
		case ' ', '\t', '\f':
			r.at++
		case '\\':
			r.skipEscaped()
		default:
			return
		}
	}
}

// skipLines skips spaces, line ends and comments: what does not count in brackets.
func (r *reader) skipLines() {
	for {
		switch r.peek() {
		case ' ', '\t', '\f', '\n', '\r':
			r.at++
		case '\\':
			r.skipEscaped()
		case '#':
			r.skipLine()
		default:
			return
		}
	}
}

func (r *reader) skipLine() {
	if i := bytes.IndexByte(r.text[r.at:], '\n'); i >= 0 {
		r.at += i
	} else {
		r.at = len(r.text)
	}
}

// skipEscaped skips a backslash and what it is before: a character, or a line end.
func (r *reader) skipEscaped() {
	if r.follows("\\\r\n") {
		r.at++
	}
	r.at = min(r.at+2, len(r.text))
}

func isWordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// isPrefix reports whether a word before a quote says what kind of string it is.
func isPrefix(word []byte) bool {
	return len(word) <= 2 && len(bytes.Trim(word, "rRbBuUfFtT")) == 0
}
