package lock

import (
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// chooser chooses the file of each package for one target.
type chooser struct {
	lock     *Lock
	spec     *spec.Spec // nil: what is chosen is for building, and has to be a wheel
	target   wheel.Target
	selector *wheel.Selector
	problems *problems
}

// choose chooses what is installed of a package: a wheel where one fits, else its
// source where that may be built. It reports why there is neither.
func (c *chooser) choose(p *Package) (Distribution, bool) {
	d := Distribution{Name: p.Name, Version: p.Version, Place: p.Place(), Line: p.Line, DirectURL: directURL(p)}
	if problem := excludes(p.RequiresPython, c.target); problem != "" {
		c.problems.addf(p.File, p.Line, "python", "%s %s", p.title(), problem)
		return d, false
	}
	if p.absent {
		c.problems.at(p, "%s", p.absence())
		return d, false
	}
	if len(p.Hashes) > 0 && len(p.files()) == 0 {
		c.problems.at(p, "%s has hashes, but no index was asked for its files", p.title())
		return d, false
	}
	files, names := p.wheels(c.mayFit)
	if best := c.selector.Best(names); best >= 0 {
		d.Wheel = files[best]
		return d, c.checkWheel(p, files[best], names[best])
	}
	if c.spec == nil {
		c.noFit(p, nil)
		return d, false
	}
	d.Source = p.source()
	if d.Source == nil || !allowed(c.spec, p.Name) {
		c.noFit(p, d.Source)
		return d, false
	}
	return d, d.Source.File == nil || c.known(p, d.Source.File)
}

// mayFit tells, without taking a name apart, of wheels that cannot fit: all tags of
// platforms but `any` end in the machine's name. Most wheels are for other machines.
func (c *chooser) mayFit(f *File) bool {
	end := f.Name[strings.LastIndexByte(f.Name, '-')+1:]
	return len(end) == len("any.whl") || strings.Contains(strings.ToLower(end), c.target.Machine)
}

// wheels are the wheels of a package for which a condition holds, with their names. A
// file whose name is no wheel's is left out: no installer could use it.
func (p *Package) wheels(condition func(*File) bool) ([]*File, []wheel.Name) {
	var files []*File
	var names []wheel.Name
	for _, f := range p.files() {
		if !f.isWheel() || !condition(f) {
			continue
		}
		if name, err := wheel.ParseName(f.Name); err == nil {
			files, names = append(files, f), append(names, name)
		}
	}
	return files, names
}

// source is what a wheel of the package may be built from, or nil.
func (p *Package) source() *Source {
	switch {
	case p.VCS != nil:
		return &Source{VCS: p.VCS}
	case p.Sdist != nil:
		return &Source{File: p.Sdist}
	case p.Archive != nil && !p.Archive.isWheel():
		return &Source{File: p.Archive}
	}
	return nil
}

// checkWheel makes sure that a wheel is what the lock says that it is.
func (c *chooser) checkWheel(p *Package, f *File, name wheel.Name) bool {
	if name.Distribution != p.Name || p.Version != "" && wheel.CompareVersions(name.Version, p.Version) != 0 {
		c.problems.at(p, "%s has a wheel of another package or version, %s (%s)", p.title(), f.Name, c.lock.remedy())
		return false
	}
	return c.known(p, f)
}

// known tells whether it is known where the file is. Of the files in a lock the best
// is taken, whichever of them an index still has.
func (c *chooser) known(p *Package, f *File) bool {
	switch {
	case f.URL != "" || f.Path != "":
		return true
	case p.unusable != "":
		c.problems.at(p, "%s", p.absence())
	default:
		c.problems.at(p, "the index has no file %s, which %s lists for %s%s", f.Name, p.File, p.title(), askAnew)
	}
	return false
}

// noFit says why a package cannot be installed on the target, and what would work.
func (c *chooser) noFit(p *Package, source *Source) {
	_, names := p.wheels(func(*File) bool { return true })
	what := p.mustBuild()
	if what == "" {
		what = "has no wheel that fits: " + c.target.Explain(names)
	}
	if c.spec == nil {
		what = "is needed for building, and " + what
	}
	other := ""
	if c.otherLibc().Best(names) >= 0 {
		other = "runtime: " + string(c.otherRuntime())
	}
	key, works := lockKey, other
	if source != nil {
		key = allowSdistKey
		works = "dependencies: {allow_sdist: [" + p.Name + "]}, which runs its code"
		if other != "" {
			works = other + ", or " + works
		}
	}
	if works == "" {
		works = "a version of it with a wheel, or another Python"
	}
	c.problems.addf(p.File, p.Line, key, "%s %s (%s)", p.title(), what, works)
}

// otherRuntime is the runtime with the other C library.
func (c *chooser) otherRuntime() spec.Base {
	if c.target.Libc.Musl {
		return spec.Distroless
	}
	return spec.Alpine
}

// otherLibc is the target with the other C library, of a version that the runtimes
// have at least.
func (c *chooser) otherLibc() wheel.Target {
	t := c.target
	if t.Libc.Musl {
		t.Libc = wheel.Libc{Major: 2, Minor: 36}
	} else {
		t.Libc = wheel.Libc{Musl: true, Major: 1, Minor: 2}
	}
	return t
}
