package slice

import "bytes"

// maxLine is how much of a line is looked at, in bytes: many calls may be in one.
const maxLine = 1 << 8

// lines goes through a file of Python once, and knows which conditions the line is
// indented under that it has come to.
type lines struct {
	text       []byte
	number     int // of the line, from 1
	start, end int // of the line; the end is that of the file or a line feed
	depth      int // how far the line is indented
	above      []block
}

// block is a line that others are indented under.
type block struct {
	depth     int
	forOthers bool // it asks for another system, or one does that it is indented under
}

func newLines(text []byte) *lines {
	l := &lines{text: text, number: 1}
	l.measure()
	return l
}

// moveTo goes on to the line of an offset. No line before can be gone to.
func (l *lines) moveTo(offset int) {
	for offset > l.end {
		l.leave()
		l.number++
		l.start = l.end + 1
		l.measure()
	}
}

func (l *lines) measure() {
	line := l.text[l.start:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	l.end = l.start + len(line)
	l.depth = len(line) - len(bytes.TrimLeft(line, " \t"))
}

// leave puts the line over those that follow.
func (l *lines) leave() {
	line := l.upTo(l.end)
	if line == "" {
		return
	}
	under := l.isForOthers()
	l.above = append(l.above, block{l.depth, under || forOthers(line)})
}

// upTo is the line up to an offset, without what it is indented by.
func (l *lines) upTo(offset int) string {
	start := min(l.start+l.depth, offset)
	return string(bytes.TrimSpace(l.text[start:min(offset, start+maxLine)]))
}

// isForOthers reports whether the line is indented under a condition that asks for
// another system.
func (l *lines) isForOthers() bool {
	n := len(l.above)
	for n > 0 && l.above[n-1].depth >= l.depth {
		n--
	}
	l.above = l.above[:n]
	return n > 0 && l.above[n-1].forOthers
}
