package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is a problem with a spec, and where it is in the file.
type Error struct {
	// Filename of the spec, as it was given to Parse.
	Filename string

	// Path of the value that is wrong, such as `runtime.packages[1]`. It is empty
	// when the file as a whole is wrong.
	Path string

	// Msg says what is wrong and, mostly in parentheses, what works.
	Msg string

	// Range of the value in the file.
	Range Range

	// Secret says that a secret stands in Range, which is to be shown to nobody.
	Secret bool

	cause error
}

// Error gives the problem in one line: `FILENAME:LINE:COLUMN: PATH: MSG`.
func (e *Error) Error() string {
	start := e.Range.Start
	if e.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", e.Filename, start.Line, start.Column, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", e.Filename, start.Line, start.Column, e.Path, e.Msg)
}

// Unwrap gives the error that was wrapped by `%w` in [Spec.Errorf].
func (e *Error) Unwrap() error { return e.cause }

// Errors are all problems of one spec, in the order of the file.
type Errors []*Error

// Mask gives the text of the spec with asterisks for the secrets that the problems
// are about: what may be shown around them.
func (e Errors) Mask(data []byte) []byte {
	text := newText(data)
	masked := slices.Clone(data)
	for _, err := range e {
		if !err.Secret {
			continue
		}
		start := text.offset(err.Range.Start.Line, err.Range.Start.Column)
		end := text.offset(err.Range.End.Line, err.Range.End.Column)
		for i := max(start, 0); i < min(end, len(masked)); i++ {
			if masked[i] != '\n' {
				masked[i] = '*'
			}
		}
	}
	return masked
}

// Error gives the problems, each on its own line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each problem as an error.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, err := range e {
		errs[i] = err
	}
	return errs
}

// maxErrors is how many problems are reported. A file with more is hardly a spec.
const maxErrors = 100

// problems collects what is wrong with one file.
type problems struct {
	source  *source
	errs    Errors
	dropped int

	// wrong are the paths that were reported, partly those of which a part was.
	wrong, partly map[string]bool
}

func newProblems(s *source) *problems {
	return &problems{source: s, wrong: map[string]bool{}, partly: map[string]bool{}}
}

// addf reports a problem with the value at path.
func (p *problems) addf(path, format string, args ...any) {
	if p.full() {
		p.dropped++
		return
	}
	p.add(p.source.errorf(path, format, args...))
}

// addAt reports a problem with the value at path, at a place of its own.
func (p *problems) addAt(r Range, path, format string, args ...any) {
	if p.full() {
		p.dropped++
		return
	}
	err := p.source.errorf(path, format, args...)
	err.Range = r
	p.add(err)
}

// addSecret reports a secret at path.
func (p *problems) addSecret(path, format string, args ...any) {
	err := p.source.errorf(path, format, args...)
	err.Secret = true
	p.add(err)
}

func (p *problems) add(err *Error) {
	p.wrong[err.Path] = true
	for path := parent(err.Path); path != ""; path = parent(path) {
		p.partly[path] = true
	}
	p.errs = append(p.errs, err)
}

// full tells whether there are so many problems that no more are kept.
func (p *problems) full() bool { return len(p.errs) >= 10*maxErrors }

// has tells whether a problem with the value at path, with a part of it, or with
// what it is part of was reported. Rules skip such values: what follows from a
// mistake is no news.
func (p *problems) has(path string) bool {
	if p.partly[path] {
		return true
	}
	for ; path != ""; path = parent(path) {
		if p.wrong[path] {
			return true
		}
	}
	return false
}

// err gives all problems in the order of the file, or nil.
func (p *problems) err() error {
	if len(p.errs) == 0 {
		return nil
	}
	errs := slices.Clone(p.errs)
	slices.SortStableFunc(errs, func(a, b *Error) int {
		switch {
		case a.Range.Start.before(b.Range.Start):
			return -1
		case b.Range.Start.before(a.Range.Start):
			return 1
		default:
			return 0
		}
	})
	if more := len(errs) - maxErrors; more > 0 {
		last := &Error{Filename: p.source.filename, Range: errs[maxErrors].Range}
		last.Msg = fmt.Sprintf("%d more errors", more+p.dropped)
		errs = append(errs[:maxErrors], last)
	}
	return errs
}

// Errorf makes an error about the value at path, located as [Spec.Range] says,
// in the form that Parse reports. It is for phases after Parse. The format may
// wrap an error with %w.
func (s *Spec) Errorf(path, format string, args ...any) *Error {
	return s.source.errorf(path, format, args...)
}

func (s *source) errorf(path, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	where, r, _ := s.find(path)
	if s.scalars[where] {
		// The short form: what is wrong with `runtime.base` in `runtime: debain` is
		// wrong with `runtime`.
		path = where
	}
	return &Error{Filename: s.filename, Path: path, Msg: err.Error(), Range: r, cause: errors.Unwrap(err)}
}
