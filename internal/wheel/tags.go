package wheel

import (
	"fmt"
	"strconv"
	"strings"
)

// firstABI3 is the first minor version of Python 3 that has a stable ABI (PEP 384).
const firstABI3 = 2

// Selector picks wheels for one target. It is cheap to ask and may be shared.
type Selector struct {
	target    Target
	platforms []string       // the best first
	rank      map[string]int // of platforms
	native    map[pair]int   // rank of interpreter and ABI on those platforms
	pure      map[pair]int   // and for any platform
}

// pair is a tag without its platform.
type pair struct{ python, abi string }

// Selector gives what picks wheels for a target. Tools that select for many packages
// make it once.
func (t Target) Selector() *Selector {
	s := &Selector{
		target:    t,
		platforms: t.platforms(),
		rank:      map[string]int{},
		native:    map[pair]int{},
		pure:      map[pair]int{},
	}
	for i, platform := range s.platforms {
		s.rank[platform] = i
	}
	native, pure := t.pairs()
	for i, p := range native {
		s.native[p] = i
	}
	for i, p := range pure {
		s.pure[p] = i
	}
	return s
}

// Best is the index of the wheel that fits best, or -1 when none fits. Of wheels for
// tags of the same rank the one with the highest build tag is best, then the first.
func (s *Selector) Best(names []Name) int {
	best, bestRank := -1, 0
	for i, name := range names {
		rank, ok := s.Rank(name)
		switch {
		case !ok:
		case best < 0 || rank < bestRank:
			best, bestRank = i, rank
		case rank == bestRank && compareBuilds(name.Build, names[best].Build) > 0:
			best = i
		}
	}
	return best
}

// Rank is the place of a wheel's best tag among [Target.Tags], 0 being the best. It is
// false when none of its tags fits.
func (s *Selector) Rank(n Name) (int, bool) {
	best, found := 0, false
	for _, tag := range n.Tags {
		rank, ok := s.rankTag(tag)
		if ok && (!found || rank < best) {
			best, found = rank, true
		}
	}
	return best, found
}

func (s *Selector) rankTag(t Tag) (int, bool) {
	if t.Platform == "any" {
		rank, ok := s.pure[pair{t.Python, t.ABI}]
		return len(s.native)*len(s.platforms) + rank, ok
	}
	platform, ok := s.rank[t.Platform]
	if !ok {
		return 0, false
	}
	rank, ok := s.native[pair{t.Python, t.ABI}]
	return rank*len(s.platforms) + platform, ok
}

// Best is the index of the wheel that fits best, or -1 when none fits. See
// [Selector.Best].
func (t Target) Best(names []Name) int { return t.Selector().Best(names) }

// Tags are all tags that a target takes, the best first.
func (t Target) Tags() []Tag {
	platforms := t.platforms()
	native, pure := t.pairs()
	tags := make([]Tag, 0, len(native)*len(platforms)+len(pure))
	for _, p := range native {
		for _, platform := range platforms {
			tags = append(tags, Tag{Python: p.python, ABI: p.abi, Platform: platform})
		}
	}
	for _, p := range pure {
		tags = append(tags, Tag{Python: p.python, ABI: p.abi, Platform: "any"})
	}
	return tags
}

// pairs are the interpreters with their ABIs that a target takes, the best first: for
// the platforms of the target, and for any platform. None when the version of Python
// is not one of Python 3.
func (t Target) pairs() (native, pure []pair) {
	minor, err := strconv.Atoi(strings.TrimPrefix(minorVersion(t.Python), "3."))
	if err != nil || !strings.HasPrefix(t.Python, "3.") || minor > 99 {
		return nil, nil
	}
	cp, abi, stable := fmt.Sprintf("cp3%d", minor), fmt.Sprintf("cp3%d", minor), "abi3"
	if t.FreeThreaded {
		// PEP 803: what is built for both kinds of interpreter is abi3.abi3t.
		abi, stable = abi+"t", "abi3t"
	}
	native = append(native, pair{cp, abi}, pair{cp, stable}, pair{cp, "none"})
	for m := minor - 1; m >= firstABI3; m-- {
		native = append(native, pair{fmt.Sprintf("cp3%d", m), stable})
	}
	pure = append(pure, pair{cp, "none"})
	add := func(python string) {
		native = append(native, pair{python, "none"})
		pure = append(pure, pair{python, "none"})
	}
	add(fmt.Sprintf("py3%d", minor))
	add("py3")
	for m := minor - 1; m >= 0; m-- {
		add(fmt.Sprintf("py3%d", m))
	}
	return native, pure
}

// platforms are the platform tags that a target takes, the best first. Wheels for
// linux_MACHINE say nothing of the C library; those who publish one mean their own
// machines, so that it comes first, as in packaging (uv has it last).
func (t Target) platforms() []string {
	platforms := []string{"linux_" + t.Machine}
	if t.Libc.Musl {
		for minor := t.Libc.Minor; minor >= 0; minor-- {
			platforms = append(platforms, fmt.Sprintf("musllinux_%d_%d_%s", t.Libc.Major, minor, t.Machine))
		}
		return platforms
	}
	if t.Libc.Major != 2 {
		return platforms // PEP 600 is about glibc 2.
	}
	// Each glibc runs what was built for an earlier one. The first architectures that
	// wheels were made for began with CentOS 5, the others with CentOS 7.
	oldest := 17
	if t.Machine == "x86_64" {
		oldest = 5
	}
	legacy := map[int]string{5: "manylinux1_", 12: "manylinux2010_", 17: "manylinux2014_"}
	for minor := t.Libc.Minor; minor >= oldest; minor-- {
		platforms = append(platforms, fmt.Sprintf("manylinux_2_%d_%s", minor, t.Machine))
		if alias, ok := legacy[minor]; ok {
			platforms = append(platforms, alias+t.Machine)
		}
	}
	return platforms
}
