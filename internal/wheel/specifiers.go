package wheel

import (
	"fmt"
	"slices"
	"strings"
)

// Specifiers are a set of version specifiers (PEP 440), all of which must hold.
type Specifiers struct {
	text string
	all  []specifier
}

// specifier is one of a set: an operator with what it compares to.
type specifier struct {
	operator string
	version  Version
	wildcard bool   // == 1.2.* and != 1.2.*
	local    bool   // the version has a local part
	text     string // what === compares to, lower-case
}

// ParseSpecifiers parses specifiers, such as ">=3.9,<4". An empty text holds always.
func ParseSpecifiers(text string) (Specifiers, error) {
	s := Specifiers{text: text}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		one, err := parseSpecifier(part)
		if err != nil {
			return Specifiers{}, err
		}
		s.all = append(s.all, one)
	}
	return s, nil
}

// operators in an order in which no earlier one is the start of a later one.
func operators() []string { return []string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"} }

func parseSpecifier(text string) (specifier, error) {
	for _, operator := range operators() {
		if rest, ok := strings.CutPrefix(text, operator); ok {
			return newSpecifier(operator, rest)
		}
	}
	return specifier{}, fmt.Errorf("%.80q: no version specifier (an operator of PEP 440 with a version, such as >=3.9)", text)
}

// newSpecifier gives an operator with the version that it compares to.
func newSpecifier(operator, version string) (specifier, error) {
	s := specifier{operator: operator}
	version = strings.TrimSpace(version)
	if operator == "===" {
		if strings.ContainsAny(version, " \t\r\n\f\v;)") {
			return s, fmt.Errorf("%.80q: no version specifier (=== takes text without spaces)", operator+version)
		}
		s.text = strings.ToLower(version)
		return s, nil
	}
	exact := operator == "==" || operator == "!="
	base, wildcard := strings.CutSuffix(version, ".*")
	v, err := ParseVersion(base)
	if err != nil {
		return s, fmt.Errorf("%.80q: no version specifier: %w", operator+version, err)
	}
	switch {
	case wildcard && !exact:
		return s, fmt.Errorf("%.80q: no version specifier (.* goes with == and != alone)", operator+version)
	case wildcard && (v.prerelease() || v.post != "" || v.local != nil):
		return s, fmt.Errorf("%.80q: no version specifier (.* comes after release numbers alone)", operator+version)
	case v.local != nil && !exact:
		return s, fmt.Errorf("%.80q: no version specifier (a local version goes with == and != alone)", operator+version)
	case operator == "~=" && len(v.release) < 2:
		return s, fmt.Errorf("%.80q: no version specifier (~= needs two numbers at least, such as ~=%s.0)", operator+version, v)
	}
	s.version, s.wildcard, s.local = v, wildcard, v.local != nil
	return s, nil
}

// String is the set as it was written.
func (s Specifiers) String() string { return s.text }

// Contains tells whether a version fits, pre-releases too. What is no version fits
// nothing but === and the empty set.
func (s Specifiers) Contains(version string) bool {
	return !slices.ContainsFunc(s.all, func(one specifier) bool { return !one.contains(version) })
}

func (s specifier) contains(version string) bool {
	if s.operator == "===" {
		return strings.ToLower(version) == s.text
	}
	v, err := ParseVersion(version)
	return err == nil && s.match(v)
}

// match tells whether a version fits. Local parts of it count only where the specifier
// has one, and pre- and post-releases of the very version are no reason to be less or
// greater than it: PEP 440, "exclusive ordered comparison".
func (s specifier) match(v Version) bool {
	switch s.operator {
	case "==":
		return s.equals(v)
	case "!=":
		return !s.equals(v)
	case "<=":
		return v.comparePublic(s.version) <= 0
	case ">=":
		return v.Compare(s.version) >= 0
	case "~=":
		return v.Compare(s.version) >= 0 && v.hasPrefix(s.version.epoch, s.version.release[:len(s.version.release)-1])
	case "<":
		return s.less(v)
	case ">":
		return s.greater(v)
	}
	return false
}

func (s specifier) equals(v Version) bool {
	switch {
	case s.wildcard:
		return v.hasPrefix(s.version.epoch, s.version.release)
	case s.local:
		return v.Compare(s.version) == 0
	}
	return v.comparePublic(s.version) == 0
}

func (s specifier) less(v Version) bool {
	bound := s.version
	if !bound.prerelease() {
		bound.dev = "0"
		if bound.post == "" {
			bound.phase = phaseDev
		}
	}
	return v.Compare(bound) < 0
}

func (s specifier) greater(v Version) bool {
	if v.comparePublic(s.version) <= 0 {
		return false
	}
	if s.version.post != "" || s.version.dev != "" {
		return true
	}
	sameRelease := v.epoch == s.version.epoch && compareReleases(v.release, s.version.release) == 0
	return !sameRelease || v.phase != s.version.phase || v.pre != s.version.pre
}
