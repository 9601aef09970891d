package mention

import "bytes"

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

func isWordByte(c byte) bool { return wordBytes[c] }

// wordBytes are those of names: letters, digits, the underscore, and all beyond ASCII.
var wordBytes = func() (is [256]bool) {
	for c := range is {
		is[c] = c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
	}
	return is
}()

// isPrefix reports whether a word before a quote says what kind of string it is.
func isPrefix(word []byte) bool {
	return len(word) <= 2 && len(bytes.Trim(word, "rRbBuUfFtT")) == 0
}
