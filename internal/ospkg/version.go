package ospkg

import (
	"cmp"
	"strconv"
	"strings"
)

// compareDebian compares two versions as dpkg does (deb-version(7)): epoch, upstream
// version, revision.
func compareDebian(a, b string) int {
	ea, ua, ra := splitDebian(a)
	eb, ub, rb := splitDebian(b)
	return cmp.Or(cmp.Compare(ea, eb), comparePart(ua, ub), comparePart(ra, rb))
}

func splitDebian(version string) (epoch int, upstream, revision string) {
	if head, rest, ok := strings.Cut(version, ":"); ok {
		if n, err := strconv.Atoi(head); err == nil {
			epoch, version = n, rest
		}
	}
	if i := strings.LastIndex(version, "-"); i >= 0 {
		return epoch, version[:i], version[i+1:]
	}
	return epoch, version, ""
}

// comparePart compares what is no digit and what is, by turns.
func comparePart(a, b string) int {
	for a != "" || b != "" {
		for i := 0; ; i++ {
			x, y := order(a, i), order(b, i)
			if x != y {
				return cmp.Compare(x, y)
			}
			if x == 0 {
				a, b = a[min(i, len(a)):], b[min(i, len(b)):]
				break
			}
		}
		x, y := digits(a), digits(b)
		a, b = a[len(x):], b[len(y):]
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

// order is the weight of a character that is no digit: a tilde is less than the end,
// and letters are less than the rest. The end, and a digit, weigh nothing.
func order(s string, i int) int {
	switch {
	case i >= len(s), s[i] >= '0' && s[i] <= '9':
		return 0
	case s[i] == '~':
		return -1
	case s[i] >= 'a' && s[i] <= 'z', s[i] >= 'A' && s[i] <= 'Z':
		return int(s[i])
	}
	return int(s[i]) + 256
}

func digits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}
