package lock

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// pythonRange is what a file says about the versions of Python that it is for.
type pythonRange struct{ file, specifier string }

func (r pythonRange) String() string {
	return fmt.Sprintf("%s says requires-python %q", r.file, r.specifier)
}

// pythonVersion takes the version from the spec, else from .python-version, else
// the oldest one that requires-python allows: newer releases of Python do not
// change that choice. Where two of them disagree the error names both.
func pythonVersion(s *spec.Spec, f *found, l *locked) (version, from string, err error) {
	file, fileName := f.pythonFile()
	ranges := f.pythonRanges(l)
	switch {
	case s.Python != "":
		version, from = s.Python, "python"
	case file != "":
		version, from = file, fileName
		if _, _, ok := spec.ParsePython(version); !ok {
			return "", "", fail(s, "python", "%s says %q, which is not a version of CPython (3.%d to 3.%d, such as 3.13)", from, version, spec.OldestPython, spec.NewestPython)
		}
	case len(ranges) > 0:
		return oldestAllowed(s, ranges)
	default:
		return "", "", fail(s, "python", `no version (python: "3.13", or a file .python-version, or requires-python in pyproject.toml)`)
	}
	if file != "" && !samePython(version, file) {
		return "", "", fail(s, "python", "the spec says %s, but %s says %s (make them agree, or leave out one)", version, fileName, file)
	}
	for _, r := range ranges {
		ok, err := allows(r.specifier, version)
		if err != nil {
			return "", "", fail(s, "python", "%v: %w", r, err)
		}
		if !ok {
			return "", "", fail(s, "python", "%s says %s, but %v (make them agree)", whereFrom(from), version, r)
		}
	}
	return version, from, nil
}

func whereFrom(from string) string {
	if from == "python" {
		return "the spec"
	}
	return from
}

// pythonFile is the version in .python-version, in the forms that pyenv and uv
// write: 3.13, 3.13.2, cpython-3.13, cpython@3.13.
func (f *found) pythonFile() (version, name string) {
	for _, name := range []string{f.path(pythonFile), pythonFile} {
		for line := range strings.Lines(string(f.files[name])) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			for _, prefix := range []string{"cpython-", "cpython@", "cpython", "python"} {
				line = strings.TrimPrefix(line, prefix)
			}
			return line, name
		}
	}
	return "", ""
}

// pythonRanges are those of the project and of its lock.
func (f *found) pythonRanges(l *locked) []pythonRange {
	var ranges []pythonRange
	if f.project != nil && f.project.Project.RequiresPython != "" {
		ranges = append(ranges, pythonRange{f.pyproject(), f.project.Project.RequiresPython})
	}
	if l.Lock != nil && l.requiresPython != "" {
		ranges = append(ranges, pythonRange{l.Path, l.requiresPython})
	}
	return ranges
}

// samePython tells whether one of two versions is the other, or a release of it.
func samePython(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// maxPatch is a patch release that no version of Python has reached.
const maxPatch = 100

// allows tells whether a version fits a specifier (PEP 440). A version without a
// patch release fits when any of its releases does.
func allows(specifier, version string) (bool, error) {
	set, err := wheel.ParseSpecifiers(specifier)
	if err != nil {
		return false, fmt.Errorf("not a version specifier: %w", err)
	}
	if strings.Count(version, ".") == 2 {
		return set.Contains(version), nil
	}
	for patch := range maxPatch {
		if set.Contains(version + "." + strconv.Itoa(patch)) {
			return true, nil
		}
	}
	return false, nil
}

// oldestAllowed is the oldest version that fits all ranges. It comes from the one
// that rules out those before it.
func oldestAllowed(s *spec.Spec, ranges []pythonRange) (version, from string, err error) {
	from = ranges[0].file
	for minor := spec.OldestPython; minor <= spec.NewestPython; minor++ {
		version, fits := "3."+strconv.Itoa(minor), true
		for _, r := range ranges {
			ok, err := allows(r.specifier, version)
			if err != nil {
				return "", "", fail(s, "python", "%s: requires-python %q: %w", r.file, r.specifier, err)
			}
			if fits && !ok {
				fits, from = false, r.file
			}
		}
		if fits {
			return version, from, nil
		}
	}
	return "", "", fail(s, "python", "%s allows none of 3.%d to 3.%d", joinRanges(ranges), spec.OldestPython, spec.NewestPython)
}

func joinRanges(ranges []pythonRange) string {
	var all []string
	for _, r := range ranges {
		all = append(all, fmt.Sprintf("%s: requires-python %q", r.file, r.specifier))
	}
	return strings.Join(all, " with ")
}
