package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// Unlocked is a lock of nothing but requirements (PEP 508): its one query asks for
// them and what they need, and [Lock.Complete] takes what comes. Where names their
// place in messages, such as `pyproject.toml`.
func Unlocked(requires []string, where string) *Lock {
	return &Lock{Path: where, list: list{unlocked: sorted(slices.Clone(requires))}}
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
				problems.at(p, "the index has no file of %s with a hash that %s lists", p.title(), p.File)
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
			f.URL = withoutUser(f.URL)
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
			f.URL = withoutUser(f.URL)
			if goodFileName(f.Name) && f.SHA256 != "" && f.URL != "" && checkURL(f.URL) == "" {
				done.take(f)
			}
		}
	}
	done.absent = !slices.ContainsFunc(done.files(), func(f *File) bool { return f.URL != "" })
	return &done
}

// take adds a file that an index has, or its URL to the file that it is, when the lock
// has its hash.
func (p *Package) take(f *File) {
	if len(p.Hashes) > 0 {
		switch {
		case !slices.Contains(p.Hashes, f.SHA256):
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
