package lock

import (
	"cmp"
	"slices"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// Select chooses what the service installs on a target, sorted by name. What the
// project owns is left out: its folders are installed from [Project.Local] (see
// [Project.LocalOn]). The error is [spec.Errors], with the place in the lock of each
// problem: two entries that both apply, a Python that is excluded, no file that fits.
func (l *Lock) Select(s *spec.Spec, t wheel.Target) ([]Distribution, error) {
	var problems problems
	packages := l.applying(s, t, &problems)
	return l.choose(s, chooser{spec: s, target: t, problems: &problems}, packages)
}

// SelectBuild chooses the locked requirements for building on a target, as Select
// does: those of the group `build` of uv.lock, or all of another lock (see
// [Project.BuildLock]). Each is a wheel: nothing is built to build with.
func (l *Lock) SelectBuild(s *spec.Spec, t wheel.Target) ([]Distribution, error) {
	var problems problems
	var packages []*Package
	if l.graph == nil {
		packages = l.applying(&spec.Spec{}, t, &problems)
	} else if l.fits(t, &problems) {
		packages = l.graph.applyingGroup(buildGroup, t, &problems)
	}
	for _, p := range packages {
		if p.Directory != nil {
			problems.at(p, "%s is a folder, and needed for building (want what has a hash)", p.title())
		}
	}
	return l.choose(s, chooser{target: t, problems: &problems}, packages)
}

// applying are the packages that are installed on a target, folders of the context
// too.
func (l *Lock) applying(s *spec.Spec, t wheel.Target, problems *problems) []*Package {
	if !l.fits(t, problems) {
		return nil
	}
	if l.graph != nil {
		return l.graph.applying(s, t, problems)
	}
	env := t.Environment()
	env.Extras = normalizeAll(s.Dependencies.Extras)
	env.Extra = env.Extras
	env.Groups = sorted(slices.Concat(l.defaults, normalizeAll(s.Dependencies.Groups)))
	var packages []*Package
	for _, p := range l.packages {
		if p.Marker.Match(env) {
			packages = append(packages, p)
		}
	}
	return packages
}

// fits tells whether the lock is for a target at all. Markers mean nothing where it
// is not.
func (l *Lock) fits(t wheel.Target, problems *problems) bool {
	if problem := excludes(l.requiresPython, t); problem != "" {
		problems.addf(l.Path, 0, "python", "the lock %s", problem)
		return false
	}
	env := t.Environment()
	holds := func(m *wheel.Marker) bool { return m.Match(env) }
	if len(l.environments) > 0 && !slices.ContainsFunc(l.environments, holds) {
		problems.addf(l.Path, 0, lockKey, "the lock is for other environments than Python %s on Linux %s, such as %q (%s)",
			t.Python, t.Machine, l.environments[0], l.remedy())
		return false
	}
	return true
}

// excludes tells how a requires-python excludes the interpreter, or nothing.
func excludes(requiresPython string, t wheel.Target) string {
	specifiers, err := wheel.ParseSpecifiers(requiresPython)
	switch {
	case err != nil:
		return "has a requires-python that is none: " + err.Error()
	case !specifiers.Contains(t.Python):
		return "is for Python " + requiresPython + ", not " + t.Python + " (python: a version that fits, or lock for this one)"
	}
	return ""
}

// choose makes distributions of packages that apply.
func (l *Lock) choose(s *spec.Spec, c chooser, packages []*Package) ([]Distribution, error) {
	c.lock, c.selector = l, c.target.Selector()
	var chosen []Distribution
	for _, p := range c.unique(packages) {
		if p.Directory != nil {
			continue
		}
		if d, ok := c.choose(p); ok {
			chosen = append(chosen, d)
		}
	}
	slices.SortStableFunc(chosen, func(a, b Distribution) int { return cmp.Compare(a.Name, b.Name) })
	if err := c.problems.in(s); err != nil {
		return nil, err
	}
	return chosen, nil
}

// unique are the packages that are alone with their name. One entry that stands in
// the lock twice, word for word, is one.
func (c *chooser) unique(packages []*Package) []*Package {
	var unique []*Package
	first := map[string]*Package{}
	for _, p := range packages {
		if p.Name == "" {
			unique = append(unique, p)
			continue
		}
		before, ok := first[p.Name]
		switch {
		case !ok:
			first[p.Name] = p
			unique = append(unique, p)
		case !p.same(before):
			c.problems.at(p, "%s applies, and so does %s of %s (want markers of which one holds: %s)", p.title(), before.title(), before.Place(), c.lock.remedy())
		}
	}
	return unique
}

// same tells whether two entries install the same.
func (p *Package) same(q *Package) bool {
	return p.Version == q.Version && slices.Equal(p.Hashes, q.Hashes) && slices.Equal(p.Wheels, q.Wheels) &&
		equal(p.Sdist, q.Sdist) && equal(p.Archive, q.Archive) && equal(p.VCS, q.VCS) && equal(p.Directory, q.Directory)
}

// equal compares what two pointers point to.
func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
