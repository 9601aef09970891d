package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// Unlocked is a lock of nothing but requirements, as [RequiresOf] gives them: its one
// query asks for them and what they need, and [Lock.Complete] takes what comes. Where
// names their place in messages, such as `pyproject.toml`. The indexes to ask are
// those of another lock, which is nil where there is none.
func Unlocked(requires []string, where string, of *Lock) *Lock {
	l := &Lock{Path: where, list: list{unlocked: sorted(slices.Clone(requires))}}
	if of != nil {
		l.indexes = of.indexes
	}
	return l
}

// Complete gives the lock with the URLs of its files, of the answers to the queries
// of [Lock.Missing], each a pylock.toml. Answers are not trusted: a file is taken
// only when its sha256 is among those that the lock has for that very package. The
// error names each package of which no file was found, and its line; one with a
// marker is no error before [Lock.Select] wants it, for uv leaves out what is not
// for its Python.
func (l *Lock) Complete(answers [][]byte) (*Lock, error) {
	if l.unlocked != nil {
		return l.accept(answers)
	}
	groups := l.incomplete()
	if len(groups) != len(answers) {
		return nil, fmt.Errorf("%s: %d answers to %d queries", l.Path, len(answers), len(groups))
	}
	done := *l
	done.packages = slices.Clone(l.packages)
	var problems problems
	for i, group := range groups {
		a, err := parseAnswer(answers[i])
		if err != nil {
			return nil, fmt.Errorf("%s: the answer of its index: %w", l.Path, err)
		}
		done.pythons = append(done.pythons, a.requiresPython)
		for _, p := range group {
			completed := p.completed(a)
			if completed.absent && p.Marker == nil {
				problems.at(p, "%s", completed.absence())
			}
			done.packages[slices.Index(done.packages, p)] = completed
		}
	}
	if err := problems.plain(); err != nil {
		return nil, err
	}
	return &done, nil
}

// accept takes what an index has for requirements that nothing locks.
func (l *Lock) accept(answers [][]byte) (*Lock, error) {
	if len(answers) != 1 {
		return nil, fmt.Errorf("%s: %d answers to one query", l.Path, len(answers))
	}
	done := &locked{Lock: &Lock{Path: l.Path, Format: Pylock, Manifests: l.Manifests}}
	list, err := parsePylock(l.Path, ".", answers[0], &done.problems)
	if err != nil {
		return nil, err
	}
	for _, p := range list.packages {
		for _, f := range p.files() {
			f.clean()
		}
		done.Names = append(done.Names, p.Name)
	}
	done.list = *list
	done.Names = sorted(done.Names)
	done.checkPackages()
	return done.Lock, done.problems.plain()
}

// answer is what an index has, by the name of the package.
type answer struct {
	requiresPython string
	packages       map[string][]*Package
}

func parseAnswer(data []byte) (*answer, error) {
	if len(data) > maxLock {
		return nil, fmt.Errorf("%d MiB (at most %d)", len(data)>>20, maxLock>>20)
	}
	var problems problems
	list, err := parsePylock("pylock.toml", ".", data, &problems)
	if err == nil {
		err = problems.plain()
	}
	if err != nil {
		return nil, err
	}
	a := &answer{list.requiresPython, map[string][]*Package{}}
	for _, p := range list.packages {
		a.packages[p.Name] = append(a.packages[p.Name], p)
	}
	return a, nil
}

// maxFileSize, in bytes, is more than any file of an index has.
const maxFileSize = 16 << 30

// clean takes from a file of an answer what is not to be believed.
func (f *File) clean() {
	f.URL = withoutUser(f.URL)
	if f.Size < 0 || f.Size > maxFileSize {
		f.Size = 0
	}
}

// unusable tells why a file of an answer is not taken, or nothing.
func (f *File) unusable() string {
	switch {
	case !goodFileName(f.Name):
		return "a name that is none"
	case f.URL == "":
		return "no URL"
	}
	return checkURL(f.URL)
}

// completed is the package with those files of an answer that the lock has a hash of.
func (p *Package) completed(a *answer) *Package {
	done := *p
	done.Wheels = slices.Clone(p.Wheels)
	if p.Sdist != nil {
		sdist := *p.Sdist
		done.Sdist = &sdist
	}
	for _, q := range a.packages[p.Name] {
		if wheel.CompareVersions(p.Version, q.Version) != 0 {
			continue
		}
		for _, f := range q.files() {
			if f.SHA256 == "" || !p.lists(f) {
				continue
			}
			f.clean()
			if problem := f.unusable(); problem != "" {
				done.unusable = problem
			} else {
				done.take(f)
			}
		}
	}
	done.absent = !slices.ContainsFunc(done.files(), func(f *File) bool { return f.URL != "" })
	return &done
}

// lists tells whether the lock has the hash of a file that an index has.
func (p *Package) lists(f *File) bool {
	return slices.Contains(p.Hashes, f.SHA256) ||
		slices.ContainsFunc(p.files(), func(mine *File) bool { return mine.SHA256 == f.SHA256 })
}

// askAnew tells how to ask an index again.
const askAnew = "; its answer is kept (--no-cache asks anew)"

// absence tells why no file of a package was found.
func (p *Package) absence() string {
	if p.unusable != "" {
		return fmt.Sprintf("the index has a file of %s with %s%s", p.title(), p.unusable, askAnew)
	}
	return fmt.Sprintf("the index has no file of %s with a hash that %s lists%s", p.title(), p.File, askAnew)
}

// take adds a file that an index has, or its URL to the file that it is, when its
// name is the same too.
func (p *Package) take(f *File) {
	if len(p.Hashes) > 0 {
		switch {
		case f.isWheel():
			p.Wheels = append(p.Wheels, *f)
		case p.Sdist == nil && strings.Contains(f.Name, "."):
			p.Sdist = f
		}
		return
	}
	for _, mine := range p.files() {
		if mine.SHA256 == f.SHA256 && mine.Name == f.Name && mine.URL == "" {
			mine.URL, mine.Size = f.URL, f.Size
		}
	}
}
