package spec

import (
	"regexp"
	"strconv"
)

// Minor versions of Python 3 that there are images for, the oldest and the newest.
const (
	OldestPython = 9
	NewestPython = 14
)

var pythonSyntax = regexp.MustCompile(`^3\.([1-9][0-9]?)(?:\.(0|[1-9][0-9]{0,2}))?$`)

// ParsePython reads a version of Python, MAJOR.MINOR or MAJOR.MINOR.PATCH; patch is
// -1 where there is none. Versions without an image are not ok.
func ParsePython(version string) (minor, patch int, ok bool) {
	m := pythonSyntax.FindStringSubmatch(version)
	if m == nil {
		return 0, 0, false
	}
	minor, err := strconv.Atoi(m[1])
	if err != nil || minor < OldestPython || minor > NewestPython {
		return 0, 0, false
	}
	if m[2] == "" {
		return minor, -1, true
	}
	patch, err = strconv.Atoi(m[2])
	return minor, patch, err == nil
}
