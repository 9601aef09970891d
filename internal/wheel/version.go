package wheel

import (
	"cmp"
	"slices"
	"strings"
)

// number is a natural number of any size in decimal digits without leading zeros, so
// that no version overflows. Empty stands for none, which is the least.
type number string

func (n number) compare(o number) int {
	return cmp.Or(cmp.Compare(len(n), len(o)), strings.Compare(string(n), string(o)))
}

// phase is what a release is about to become, in the order of PEP 440.
type phase int

const (
	phaseDev phase = iota // a development release of the final one, as 1.0.dev1
	phaseAlpha
	phaseBeta
	phaseCandidate
	phaseFinal
)

// Version is a version of PEP 440. The zero value is none.
type Version struct {
	epoch     number // empty for 0
	release   []number
	phase     phase
	pre       number // of the phases alpha, beta and candidate
	post, dev number // empty: neither
	local     []string
}

// Compare orders versions as PEP 440 does: -1, 0 or +1.
func (v Version) Compare(o Version) int {
	return cmp.Or(v.comparePublic(o), slices.CompareFunc(v.local, o.local, compareLocal))
}

// comparePublic orders versions without their local parts.
func (v Version) comparePublic(o Version) int {
	return cmp.Or(
		v.epoch.compare(o.epoch),
		compareReleases(v.release, o.release),
		cmp.Compare(v.phase, o.phase),
		v.pre.compare(o.pre),
		v.post.compare(o.post),
		compareDevs(v.dev, o.dev),
	)
}

// compareReleases compares as if the shorter one went on with zeros.
func compareReleases(a, b []number) int {
	for i := range max(len(a), len(b)) {
		if c := segment(a, i).compare(segment(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

func segment(release []number, i int) number {
	if i < len(release) {
		return release[i]
	}
	return "0"
}

// compareDevs puts development releases before what they lead to.
func compareDevs(a, b number) int {
	if (a == "") != (b == "") {
		return -a.compare(b)
	}
	return a.compare(b)
}

// compareLocal orders segments of local versions: words before numbers.
func compareLocal(a, b string) int {
	an, bn := only(a, isDigit), only(b, isDigit)
	switch {
	case an && bn:
		return number(a).compare(number(b))
	case an:
		return 1
	case bn:
		return -1
	}
	return strings.Compare(a, b)
}

// hasPrefix tells whether a version begins with an epoch and a release: what
// `== PREFIX.*` means.
func (v Version) hasPrefix(epoch number, release []number) bool {
	if v.epoch != epoch {
		return false
	}
	for i, n := range release {
		if segment(v.release, i) != n {
			return false
		}
	}
	return true
}

// prerelease tells of versions before a final one.
func (v Version) prerelease() bool { return v.dev != "" || v.phase != phaseFinal }

// String is the normal form of a version: 1.0-RC_1 is 1.0rc1.
func (v Version) String() string {
	var b strings.Builder
	if v.epoch != "" {
		b.WriteString(string(v.epoch) + "!")
	}
	for i, n := range v.release {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(n))
	}
	if v.pre != "" {
		b.WriteString([...]string{phaseAlpha: "a", phaseBeta: "b", phaseCandidate: "rc"}[v.phase] + string(v.pre))
	}
	if v.post != "" {
		b.WriteString(".post" + string(v.post))
	}
	if v.dev != "" {
		b.WriteString(".dev" + string(v.dev))
	}
	if len(v.local) > 0 {
		b.WriteString("+" + strings.Join(v.local, "."))
	}
	return b.String()
}

// CompareVersions orders two versions (PEP 440): -1, 0 or +1. What is no version comes
// before all that are.
func CompareVersions(a, b string) int {
	va, aErr := ParseVersion(a)
	vb, bErr := ParseVersion(b)
	switch {
	case aErr != nil && bErr != nil:
		return strings.Compare(a, b)
	case aErr != nil:
		return -1
	case bErr != nil:
		return 1
	}
	return va.Compare(vb)
}
