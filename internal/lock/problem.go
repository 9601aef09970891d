package lock

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keelback/keelback/spec"
)

// problems collects what is wrong with a lock: all of it at once, in the order of
// its lines.
type problems struct{ all []problem }

// problem is a mistake in a line of a lock, or, with no file, in the spec.
type problem struct {
	file string
	line int // 0: the file as a whole
	path string
	msg  string
	err  *spec.Error
}

const (
	lockKey       = "dependencies.lock"
	allowSdistKey = "dependencies.allow_sdist"
)

// addf reports a problem in a line of a lock, at the key of the spec that it belongs
// to.
func (p *problems) addf(file string, line int, path, format string, args ...any) {
	p.all = append(p.all, problem{file: file, line: line, path: path, msg: fmt.Sprintf(format, args...)})
}

// at reports a problem with a package.
func (p *problems) at(pkg *Package, format string, args ...any) {
	p.addf(pkg.File, pkg.Line, lockKey, format, args...)
}

// inSpec reports problems with the spec.
func (p *problems) inSpec(errs spec.Errors) {
	for _, err := range errs {
		p.all = append(p.all, problem{err: err})
	}
}

func (p problem) String() string {
	switch {
	case p.file == "":
		return p.msg
	case p.line == 0:
		return p.file + ": " + p.msg
	default:
		return fmt.Sprintf("%s:%d: %s", p.file, p.line, p.msg)
	}
}

func (p *problems) sort() {
	slices.SortStableFunc(p.all, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
}

// in is nil, or all problems as [spec.Errors].
func (p *problems) in(s *spec.Spec) error {
	p.sort()
	var errs spec.Errors
	for _, one := range p.all {
		err := one.err
		if err == nil {
			err = s.Errorf(one.path, "%s", one)
		}
		errs = append(errs, err)
	}
	return orNil(errs)
}

// plain is nil, or all problems in one error, each on its own line.
func (p *problems) plain() error {
	if len(p.all) == 0 {
		return nil
	}
	p.sort()
	var lines []string
	for _, one := range p.all[:min(len(p.all), maxErrors)] {
		lines = append(lines, one.String())
	}
	return errors.New(strings.Join(lines, "\n"))
}
