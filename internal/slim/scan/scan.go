package scan

import (
	"maps"
	"slices"

	"github.com/keelback/keelback/internal/slim"
)

// Options say what to search, and for what.
type Options struct {
	// Slim says what would be left out if nothing were named: the Named of its options
	// is empty, not nil.
	Slim *slim.Slimmer

	// Python is the version of the interpreter, MAJOR.MINOR.
	Python string

	// Wheels are all that is installed, in any order.
	Wheels []Wheel
}

// Wheel is a wheel to search.
type Wheel struct {
	// Path of the file, which has the name that the wheel was published with.
	Path string

	// Group is the layer that it is in. What is in none is searched, but keeps all
	// that Named rules would take.
	Group string
}

// Result is what was found.
type Result struct {
	// Named are the globs of what has to stay, by group, sorted; each group is in it.
	Named map[string][]string

	// Candidates are what nothing names so far.
	Candidates Candidates
}

// Wheels searches wheels. An error names the file that it is about.
func Wheels(opt Options) (*Result, error) {
	wheels, err := openWheels(opt)
	defer func() {
		for _, w := range wheels {
			w.close()
		}
	}()
	if err != nil {
		return nil, err
	}
	p := newPlan(opt.Slim, wheels, opt.Python)
	names, err := p.searchAll()
	if err != nil {
		return nil, err
	}
	return p.result(names), nil
}

// result leaves of the units those that nothing names.
func (p *plan) result(names *mentions) *Result {
	res := &Result{Named: map[string][]string{Stdlib: nil}}
	for _, w := range p.wheels {
		if w.Group != "" {
			res.Named[w.Group] = nil
		}
	}
	named := names.closure(p.roots)
	for i, u := range p.units {
		if named[i] {
			res.Named[u.Group] = append(res.Named[u.Group], u.Paths...)
		}
	}
	for group, list := range res.Named {
		slices.Sort(list)
		res.Named[group] = slices.Compact(list)
	}
	res.Candidates = Candidates{slices.Sorted(maps.Keys(res.Named)), candidates(p.units, named, names)}
	return res
}

// candidates are the units that are not named, with the numbers that they have then.
func candidates(units []Unit, named []bool, names *mentions) []Unit {
	number := make([]int, len(units))
	n := 0
	for i := range units {
		if number[i] = n; !named[i] {
			n++
		}
	}
	out := []Unit{}
	for i, u := range units {
		if named[i] {
			continue
		}
		for _, to := range names.of(i) {
			if !named[to] {
				u.Names = append(u.Names, number[to])
			}
		}
		out = append(out, u)
	}
	return out
}
