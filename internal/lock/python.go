package lock

import (
	"fmt"
	"strconv"
	"strings"

	"deps.dev/util/semver"

	"github.com/keelback/keelback/spec"
)

// Minor versions of Python that there are images for: the oldest and the newest.
const (
	oldestMinor = 9
	newestMinor = 14
)

// pythonVersion takes the version from the spec, else from .python-version, else
// the oldest one that requires-python allows: newer releases of Python do not
// change that choice. Where two of them disagree the error names both.
func pythonVersion(s *spec.Spec, f *found) (version, from string, err error) {
	file, fileName := f.pythonFile()
	switch {
	case s.Python != "":
		version, from = s.Python, "python"
	case file != "":
		version, from = file, fileName
		if _, _, ok := parseVersion(version); !ok {
			return "", "", spec.Errors{s.Errorf("python", "%s says %q, which is not a version of CPython (3.%d to 3.%d, such as 3.13)", from, version, oldestMinor, newestMinor)}
		}
	}
	requires := f.requiresPython()
	if version == "" && requires == "" {
		return "", "", spec.Errors{s.Errorf("python", `no version (python: "3.13", or a file .python-version, or requires-python in pyproject.toml)`)}
	}
	if version == "" {
		version, err = oldestAllowed(requires)
		if err != nil {
			return "", "", spec.Errors{s.Errorf("python", "%s: requires-python %q: %v", f.path(pyprojectFile), requires, err)}
		}
		return version, pyprojectFile, nil
	}
	if file != "" && !samePython(version, file) {
		return "", "", spec.Errors{s.Errorf("python", "the spec says %s, but %s says %s (make them agree, or leave out one)", version, fileName, file)}
	}
	if ok, err := allows(requires, version); err != nil || !ok {
		what := fmt.Sprintf("%s says requires-python %q", f.path(pyprojectFile), requires)
		if err != nil {
			return "", "", spec.Errors{s.Errorf("python", "%s: %v", what, err)}
		}
		return "", "", spec.Errors{s.Errorf("python", "%s says %s, but %s (make them agree)", whereFrom(from), version, what)}
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

func (f *found) requiresPython() string {
	if f.project == nil {
		return ""
	}
	return f.project.Project.RequiresPython
}

// parseVersion reads MAJOR.MINOR or MAJOR.MINOR.PATCH; patch is -1 without one.
func parseVersion(v string) (minor, patch int, ok bool) {
	parts := strings.Split(v, ".")
	if len(parts) < 2 || len(parts) > 3 || parts[0] != "3" {
		return 0, 0, false
	}
	minor, err := strconv.Atoi(parts[1])
	if err != nil || minor < oldestMinor {
		return 0, 0, false
	}
	patch = -1
	if len(parts) == 3 {
		if patch, err = strconv.Atoi(parts[2]); err != nil || patch < 0 {
			return 0, 0, false
		}
	}
	return minor, patch, true
}

// samePython tells whether one of two versions is the other, or a release of it.
func samePython(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// allows tells whether a version fits a specifier (PEP 440). A version without a
// patch release fits when any of its releases does.
func allows(specifier, version string) (bool, error) {
	if specifier == "" {
		return true, nil
	}
	set, err := semver.PyPI.ParseConstraint(specifier)
	if err != nil {
		return false, fmt.Errorf("not a version specifier: %w", err)
	}
	if strings.Count(version, ".") == 2 {
		return set.Match(version), nil
	}
	for patch := range 100 {
		if set.Match(version + "." + strconv.Itoa(patch)) {
			return true, nil
		}
	}
	return false, nil
}

func oldestAllowed(specifier string) (string, error) {
	for minor := oldestMinor; minor <= newestMinor; minor++ {
		version := "3." + strconv.Itoa(minor)
		ok, err := allows(specifier, version)
		if err != nil || ok {
			return version, err
		}
	}
	return "", fmt.Errorf("allows none of 3.%d to 3.%d", oldestMinor, newestMinor)
}
