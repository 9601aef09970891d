package wheel

import (
	"cmp"
	"fmt"
	"strings"
)

const (
	// maxNameLen is what file systems take.
	maxNameLen = 255

	// maxTags bounds what a compressed tag set expands to. Wheels have up to about 50.
	maxTags = 1000
)

// Tag is a compatibility tag (PEP 425), lower-case. It is never a compressed set.
type Tag struct{ Python, ABI, Platform string }

// String is the tag as file names have it, such as cp313-abi3-musllinux_1_2_x86_64.
func (t Tag) String() string { return t.Python + "-" + t.ABI + "-" + t.Platform }

// Name is the file name of a wheel, taken apart.
type Name struct {
	// Distribution is normalised (PEP 503).
	Distribution string

	// Version as the file name has it; it is a version of PEP 440.
	Version string

	// Build begins with a digit, or is empty.
	Build string

	// Tags are those of a compressed tag set, each for itself.
	Tags []Tag
}

// ParseName takes the file name of a wheel apart (PEP 427):
// DISTRIBUTION-VERSION(-BUILD)?-PYTHON-ABI-PLATFORM.whl. Percent-encoding of URLs is no
// part of a name. What could not be a wheel's name is an error.
func ParseName(file string) (Name, error) {
	stem, ok := strings.CutSuffix(file, ".whl")
	if !ok {
		return Name{}, fmt.Errorf("%.80q: no name of a wheel (DISTRIBUTION-VERSION-PYTHON-ABI-PLATFORM.whl)", file)
	}
	if len(file) > maxNameLen {
		return Name{}, fmt.Errorf("%.80q...: %d bytes are too long for the name of a wheel (%d at most)", file, len(file), maxNameLen)
	}
	parts := strings.Split(stem, "-")
	if len(parts) != 5 && len(parts) != 6 {
		return Name{}, fmt.Errorf("%q: no name of a wheel: it has %d parts (5, or 6 with a build tag)", file, len(parts))
	}
	if !validProject(parts[0]) {
		return Name{}, fmt.Errorf("%q: no name of a wheel: %q is not the name of a project", file, parts[0])
	}
	if err := checkVersion(parts[1]); err != nil {
		return Name{}, fmt.Errorf("%q: no name of a wheel: %w", file, err)
	}
	n := Name{Distribution: NormalName(parts[0]), Version: parts[1]}
	if len(parts) == 6 {
		n.Build = parts[2]
		if !isDigit(first(n.Build)) || !only(n.Build, isWordChar) {
			return Name{}, fmt.Errorf("%q: no name of a wheel: build tag %q (begins with a digit)", file, n.Build)
		}
	}
	tags, err := expandTags(parts[len(parts)-3], parts[len(parts)-2], parts[len(parts)-1])
	if err != nil {
		return Name{}, fmt.Errorf("%q: no name of a wheel: %w", file, err)
	}
	n.Tags = tags
	return n, nil
}

// checkVersion tells of a version. Locks have tens of thousands of names, most of them
// with a plain release.
func checkVersion(text string) error {
	plain := isDigit(first(text)) && isDigit(text[len(text)-1]) && !strings.Contains(text, "..")
	if plain && only(text, func(c byte) bool { return isDigit(c) || c == '.' }) {
		return nil
	}
	if strings.TrimSpace(text) != text {
		return fmt.Errorf("%q: no version (no space around it)", text)
	}
	_, err := ParseVersion(text)
	return err
}

// expandTags gives the product of the three parts of a compressed tag set.
func expandTags(python, abi, platform string) ([]Tag, error) {
	size := 1
	for _, part := range [...]string{python, abi, platform} {
		if !validTags(part) {
			return nil, fmt.Errorf("tag %q (letters, digits and _)", part)
		}
		size *= 1 + strings.Count(part, ".")
	}
	if size > maxTags {
		return nil, fmt.Errorf("%d tags (%d at most)", size, maxTags)
	}
	tags := make([]Tag, 0, size)
	python, abi, platform = strings.ToLower(python), strings.ToLower(abi), strings.ToLower(platform)
	for p := range strings.SplitSeq(python, ".") {
		if isDigit(p[0]) {
			return nil, fmt.Errorf("tag %q (begins with the short name of an interpreter, such as cp)", python)
		}
		for a := range strings.SplitSeq(abi, ".") {
			for platform := range strings.SplitSeq(platform, ".") {
				tags = append(tags, Tag{Python: p, ABI: a, Platform: platform})
			}
		}
	}
	return tags, nil
}

// validTags tells of tags with dots between them.
func validTags(set string) bool {
	return set != "" && set[0] != '.' && set[len(set)-1] != '.' && !strings.Contains(set, "..") && only(set, isWordChar)
}

// NormalName is the normalised name of a project (PEP 503): lower-case, with single
// dashes for each run of -, _ and dots.
func NormalName(name string) string {
	if isNormal(name) {
		return name
	}
	var b strings.Builder
	b.Grow(len(name))
	separated := false
	for _, r := range strings.ToLower(name) {
		if r == '-' || r == '_' || r == '.' {
			if !separated {
				b.WriteByte('-')
			}
			separated = true
			continue
		}
		separated = false
		b.WriteRune(r)
	}
	return b.String()
}

// isNormal spares the work for names that are normalised, which those of locks are.
func isNormal(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !isDigit(c) && (c < 'a' || c > 'z') && (c != '-' || i > 0 && name[i-1] == '-') {
			return false
		}
	}
	return true
}

// validProject tells of a project's name as wheels write it: without dashes, and with
// single underscores for them. Dots are in wheels of old tools.
func validProject(name string) bool {
	return name != "" && !strings.Contains(name, "__") &&
		isAlnum(name[0]) && isAlnum(name[len(name)-1]) && only(name, isWordChar)
}

// compareBuilds orders build tags: by number, then by the rest; none is the lowest.
func compareBuilds(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(a), len(b))
	}
	an, arest := leadingNumber(a)
	bn, brest := leadingNumber(b)
	return cmp.Or(an.compare(bn), strings.Compare(arest, brest))
}

func only(s string, accept func(byte) bool) bool {
	for i := range len(s) {
		if !accept(s[i]) {
			return false
		}
	}
	return true
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

// isWordChar tells of what the parts of file names and the words of markers consist of.
func isWordChar(c byte) bool { return isAlnum(c) || c == '_' || c == '.' }
