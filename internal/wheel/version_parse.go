package wheel

import (
	"fmt"
	"strings"
)

// ParseVersion parses a version in any of the spellings that PEP 440 permits, such as
// v1.0-RC_1 or 1!2.0.post3.dev4+local.5.
func ParseVersion(text string) (Version, error) {
	s := versionScanner{rest: strings.TrimSpace(text)}
	if !only(s.rest, func(c byte) bool { return c < 0x80 }) {
		return Version{}, fmt.Errorf("%.80q: no version (PEP 440)", text)
	}
	s.rest = strings.ToLower(s.rest)
	v, ok := s.version()
	if !ok || s.rest != "" {
		return Version{}, fmt.Errorf("%.80q: no version (PEP 440)", text)
	}
	return v, nil
}

// versionScanner reads a lower-case version from left to right. No step of the grammar
// needs to go back over what an earlier one took.
type versionScanner struct{ rest string }

func (s *versionScanner) version() (v Version, ok bool) {
	s.take("v")
	if v.epoch, v.release, ok = s.base(); !ok {
		return v, false
	}
	v.phase, v.pre = s.prePhase()
	v.post = s.postNumber()
	v.dev, _ = s.labelled("dev")
	if v.phase == phaseFinal && v.post == "" && v.dev != "" {
		v.phase = phaseDev
	}
	if !s.take("+") {
		return v, true
	}
	v.local, ok = s.localSegments()
	return v, ok
}

// base reads the epoch, which is empty for 0, and the release.
func (s *versionScanner) base() (epoch number, release []number, ok bool) {
	n, ok := s.number()
	if !ok {
		return "", nil, false
	}
	if s.take("!") {
		if n != "0" {
			epoch = n
		}
		if n, ok = s.number(); !ok {
			return "", nil, false
		}
	}
	release = append(make([]number, 0, 4), n)
	for len(s.rest) > 1 && s.rest[0] == '.' && isDigit(s.rest[1]) {
		s.rest = s.rest[1:]
		n, _ = s.number()
		release = append(release, n)
	}
	return epoch, release, true
}

func (s *versionScanner) prePhase() (phase, number) {
	labels := []struct {
		label string
		phase phase
	}{
		{"alpha", phaseAlpha},
		{"a", phaseAlpha},
		{"beta", phaseBeta},
		{"b", phaseBeta},
		{"preview", phaseCandidate},
		{"pre", phaseCandidate},
		{"c", phaseCandidate},
		{"rc", phaseCandidate},
	}
	for _, l := range labels {
		if n, ok := s.labelled(l.label); ok {
			return l.phase, n
		}
	}
	return phaseFinal, ""
}

// postNumber reads a post-release, which `-N` alone is too.
func (s *versionScanner) postNumber() number {
	if len(s.rest) > 1 && s.rest[0] == '-' && isDigit(s.rest[1]) {
		s.rest = s.rest[1:]
		n, _ := s.number()
		return n
	}
	for _, label := range []string{"post", "rev", "r"} {
		if n, ok := s.labelled(label); ok {
			return n
		}
	}
	return ""
}

// labelled reads a label with the number after it, which is 0 when there is none. A
// separator may stand before each.
func (s *versionScanner) labelled(label string) (number, bool) {
	rest, ok := strings.CutPrefix(skipSeparator(s.rest), label)
	if !ok {
		return "", false
	}
	s.rest = skipSeparator(rest)
	if n, ok := s.number(); ok {
		return n, true
	}
	return "0", true
}

func (s *versionScanner) localSegments() ([]string, bool) {
	var segments []string
	for {
		end := 0
		for end < len(s.rest) && isAlnum(s.rest[end]) {
			end++
		}
		if end == 0 {
			return nil, false
		}
		segment := s.rest[:end]
		if only(segment, isDigit) {
			n, _ := leadingNumber(segment)
			segment = string(n)
		}
		segments = append(segments, segment)
		s.rest = s.rest[end:]
		if s.rest == "" {
			return segments, true
		}
		if rest := skipSeparator(s.rest); len(rest) < len(s.rest) {
			s.rest = rest
			continue
		}
		return nil, false
	}
}

func (s *versionScanner) number() (number, bool) {
	n, rest := leadingNumber(s.rest)
	s.rest = rest
	return n, n != ""
}

func (s *versionScanner) take(prefix string) bool {
	rest, ok := strings.CutPrefix(s.rest, prefix)
	s.rest = rest
	return ok
}

// leadingNumber gives the digits that a text begins with, without leading zeros, and
// what follows them. The number is empty when there are none.
func leadingNumber(text string) (number, string) {
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	digits := text[:end]
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return number(digits), text[end:]
}

func skipSeparator(text string) string {
	if c := first(text); c == '.' || c == '_' || c == '-' {
		return text[1:]
	}
	return text
}
