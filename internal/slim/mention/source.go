// Package mention finds what a Python source imports and which texts it has, without
// running it: what it may load or open.
package mention

import "bytes"

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
		case c == quote[0] && braces == 0 && bytes.HasPrefix(r.text[r.at:], quote):
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
