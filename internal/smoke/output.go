//go:build linux

package smoke

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
)

// kept is how many of a process's last lines are remembered, and how much of each.
const (
	kept     = 60
	lineSize = 2000
)

// lines passes lines on as they are written, each whole, and keeps the last ones.
type lines struct {
	to io.Writer // nil: they are only kept

	mu   sync.Mutex
	part []byte // of a line that has no end yet
	last []string
}

// Write takes a part of the output. It never returns an error: a process must not
// fail because nobody reads.
func (l *lines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, data...)
	for {
		n := bytes.IndexByte(l.part, '\n')
		if n < 0 && len(l.part) < lineSize {
			return len(data), nil
		}
		if n < 0 || n > lineSize {
			n = lineSize
		}
		l.add(string(l.part[:n]))
		l.part = bytes.TrimPrefix(l.part[n:], []byte("\n"))
	}
}

// flush ends the last line.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.part) > 0 {
		l.add(string(l.part))
		l.part = nil
	}
}

func (l *lines) add(line string) {
	line = strings.TrimRight(line, "\r")
	if l.to != nil {
		// Without a reader of the log there is still the error.
		_, _ = io.WriteString(l.to, line+"\n")
	}
	l.last = append(l.last, line)
	if len(l.last) > kept {
		l.last = slices.Delete(l.last, 0, len(l.last)-kept)
	}
}

// tail is what was written last.
func (l *lines) tail() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.last)
}

// shared lets several processes write to one log, a line at a time.
type shared struct {
	mu sync.Mutex
	to io.Writer
}

// Write passes a line on.
func (s *shared) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(data)
}
