package spec

import (
	"bytes"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// text converts between offsets and positions in the bytes of a file.
type text struct {
	data  []byte
	lines []int

	// wide is the offset of each character of line wideLine. A line is indexed
	// once, else a long line of many values takes time that is quadratic.
	wideLine int
	wide     []int
}

func newText(data []byte) *text {
	t := &text{data: data, lines: []int{0}}
	for i, b := range data {
		if b == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// line gives the bytes of a line, without its break.
func (t *text) line(n int) []byte {
	if n < 1 || n > len(t.lines) {
		return nil
	}
	end := len(t.data)
	if n < len(t.lines) {
		end = t.lines[n] - 1
	}
	return bytes.TrimSuffix(t.data[t.lines[n-1]:end], []byte("\r"))
}

func (t *text) index(line int) {
	if t.wideLine == line {
		return
	}
	t.wideLine, t.wide = line, t.wide[:0]
	for i := range string(t.line(line)) {
		t.wide = append(t.wide, i)
	}
}

// offset of a place, or the nearest one that is in the file.
func (t *text) offset(line, column int) int {
	if line < 1 || line > len(t.lines) {
		return len(t.data)
	}
	t.index(line)
	if column < 1 || column > len(t.wide) {
		return t.lines[line-1] + len(t.line(line))
	}
	return t.lines[line-1] + t.wide[column-1]
}

// position of an offset.
func (t *text) position(offset int) Position {
	line := sort.SearchInts(t.lines, offset+1)
	t.index(line)
	column := sort.SearchInts(t.wide, offset-t.lines[line-1])
	return Position{Line: line, Column: column + 1}
}

// end is the position after the last character.
func (t *text) end() Position {
	t.index(len(t.lines))
	return Position{Line: len(t.lines), Column: len(t.wide) + 1}
}

// lineRange is the range of the text on a line.
func (t *text) lineRange(n int) Range {
	line := t.line(n)
	start := t.lines[n-1] + len(line) - len(bytes.TrimLeft(line, " \t"))
	return Range{t.position(start), t.position(t.lines[n-1] + len(line))}
}

// scalarEnd is the offset just after a key or a scalar value.
func (t *text) scalarEnd(n *yaml.Node) int {
	start := t.offset(n.Line, n.Column)
	rest := t.data[start:]
	switch {
	case n.Kind == yaml.AliasNode:
		return start + min(len(rest), len("*")+len(n.Value))
	case n.Kind != yaml.ScalarNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0:
		return start
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return start + quotedEnd(rest, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return start + quotedEnd(rest, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return t.blockEnd(n)
	default:
		return start + plainEnd(rest, n.Value)
	}
}

// quotedEnd is the length of the quoted scalar that data begins with.
func quotedEnd(data []byte, quote byte) int {
	for i := 1; i < len(data); i++ {
		switch {
		case quote == '"' && data[i] == '\\':
			i++
		case quote == '\'' && data[i] == quote && i+1 < len(data) && data[i+1] == quote:
			i++
		case data[i] == quote:
			return i + 1
		}
	}
	return len(data)
}

// plainEnd is the length of the plain scalar that data begins with. Its lines are
// folded in the value, so only what is no white space is compared.
func plainEnd(data []byte, value string) int {
	end := 0
	for _, word := range strings.Fields(value) {
		i := bytes.Index(data[end:], []byte(word))
		if i < 0 {
			return end
		}
		end += i + len(word)
	}
	return end
}

// blockEnd is the offset after the last line of a literal or folded scalar: it
// goes on while lines are indented as its first.
func (t *text) blockEnd(n *yaml.Node) int {
	end := t.lines[n.Line-1] + len(t.line(n.Line))
	if strings.TrimSpace(n.Value) == "" {
		return end
	}
	indent := -1
	for number := n.Line + 1; number <= len(t.lines); number++ {
		line := t.line(number)
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		if spaces == len(line) {
			continue
		}
		if indent < 0 {
			indent = spaces
		}
		if spaces < indent || indent == 0 {
			break
		}
		end = t.lines[number-1] + len(line)
	}
	return end
}

// flowEnd is the offset after the bracket that closes a flow collection whose last
// part ends at the given offset.
func (t *text) flowEnd(last int) int {
	for i := last; i < len(t.data); i++ {
		switch t.data[i] {
		case ']', '}':
			return i + 1
		case '#':
			next := bytes.IndexByte(t.data[i:], '\n')
			if next < 0 {
				return last
			}
			i += next
		}
	}
	return last
}
