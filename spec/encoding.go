package spec

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// readable checks that data is text of bearable size, and reports the first
// problem. What it lets through has the same lines for YAML as for an editor.
func (p *problems) readable(data []byte) bool {
	if len(data) > maxSize {
		p.addAt(firstLine, "", "the file has %d bytes (at most %d)", len(data), maxSize)
		return false
	}
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			p.addAt(firstLine, "", "the file is UTF-16 (save it as UTF-8)")
			return false
		}
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if msg := unreadable(r, size, i, data); msg != "" {
			at := newText(data[:i]).end()
			p.addAt(Range{at, at}, "", "%s", msg)
			return false
		}
		i += size
	}
	return true
}

// unreadable says what is wrong with the character at offset i, if anything.
func unreadable(r rune, size, i int, data []byte) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte 0x%02x is not UTF-8 (save the file as UTF-8)", data[i])
	case r == '\ufeff' && i == 0:
		return "the file begins with a byte order mark (save it as UTF-8 without BOM)"
	case r == '\n', r == '\t':
		return ""
	case r == '\r':
		if i+1 < len(data) && data[i+1] == '\n' {
			return ""
		}
		return "a carriage return without a line feed (end lines with LF)"
	case r == 0:
		return "a NUL character (the file is not text, or UTF-16: save it as UTF-8)"
	case r == '\u2028', r == '\u2029', r == '\ufeff', unicode.IsControl(r), r == '\ufffe', r == '\uffff':
		return fmt.Sprintf("invisible character %U (in \"...\" it may be written as \"\\u%04x\")", r, r)
	default:
		return ""
	}
}
