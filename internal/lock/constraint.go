package lock

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// constraint is a set of versions as Poetry writes it: `^1.2`, `~1.2`, `1.*`,
// `>=1,<2`, `>=2.7,<3 || >=3.4`. It holds where one of its alternatives does.
type constraint []alternative

// alternative is a set of version specifiers (PEP 440). The empty one holds always.
type alternative struct {
	clauses []string
	set     wheel.Specifiers
}

var (
	alternatives = regexp.MustCompile(`\|\|?`)

	// oneConstraint is an operator with its version. Poetry separates them by commas
	// or spaces, and may write a space after an operator.
	oneConstraint = regexp.MustCompile(`([~^=<>!]*)[ \t]*([0-9A-Za-z*][0-9A-Za-z.*+!_-]*)`)

	releaseNumbers = regexp.MustCompile(`^v?((?:[0-9]+!)?)([0-9]+(?:\.[0-9]+)*)`)
)

// parseConstraint reads a constraint of Poetry. An empty text holds always.
func parseConstraint(text string) (constraint, error) {
	var c constraint
	for _, part := range alternatives.Split(text, -1) {
		a, err := parseAlternative(part)
		if err != nil {
			return nil, fmt.Errorf("%.80q: no constraint of Poetry: %w", text, err)
		}
		c = append(c, a)
	}
	return c, nil
}

func parseAlternative(text string) (alternative, error) {
	var a alternative
	if rest := oneConstraint.ReplaceAllString(text, ""); strings.Trim(rest, ", \t") != "" {
		return a, fmt.Errorf("%.40q is too much", strings.TrimSpace(rest))
	}
	for _, m := range oneConstraint.FindAllStringSubmatch(text, -1) {
		clauses, err := parseClause(m[1], m[2])
		if err != nil {
			return a, err
		}
		a.clauses = append(a.clauses, clauses...)
	}
	var err error
	a.set, err = wheel.ParseSpecifiers(strings.Join(a.clauses, ","))
	return a, err
}

// parseClause gives the specifiers of PEP 440 that one constraint stands for.
func parseClause(operator, version string) ([]string, error) {
	version, wildcard := cutWildcard(version)
	switch operator {
	case "", "=", "==":
		if version == "" {
			return nil, nil
		}
		return []string{"==" + version + wildcard}, nil
	case "!=":
		return []string{"!=" + version + wildcard}, nil
	case ">=", ">", "<=", "<", "~=":
		return []string{operator + version}, nil
	case "^", "~":
		next, err := nextVersion(operator, version)
		if err != nil {
			return nil, err
		}
		return []string{">=" + version, "<" + next}, nil
	}
	return nil, fmt.Errorf("unknown operator %q", operator)
}

// cutWildcard takes `.*` or `.x` from the end of a version; `*` alone is any version.
func cutWildcard(version string) (rest, wildcard string) {
	for _, star := range []string{"*", "x", "X"} {
		if version == star {
			return "", ""
		}
		for strings.HasSuffix(version, "."+star) {
			version, wildcard = strings.TrimSuffix(version, "."+star), ".*"
		}
	}
	return version, wildcard
}

// nextVersion is the first version that `^` and `~` exclude: the former changes the
// first number that is not 0, the latter the second one, of those which are there.
func nextVersion(operator, version string) (string, error) {
	m := releaseNumbers.FindStringSubmatch(version)
	if m == nil {
		return "", fmt.Errorf("%.40q is no version", version)
	}
	release := strings.Split(m[2], ".")
	i := min(1, len(release)-1)
	if operator == "^" {
		i = slices.IndexFunc(release, func(n string) bool { return strings.Trim(n, "0") != "" })
		if last := min(2, len(release)-1); i < 0 || i > last {
			i = last
		}
	}
	n, err := strconv.Atoi(release[i])
	if err != nil {
		return "", fmt.Errorf("%.40q: %w", version, err)
	}
	release[i] = strconv.Itoa(n + 1)
	return m[1] + strings.Join(release[:i+1], "."), nil
}

// allows tells whether a version is in the set.
func (c constraint) allows(version string) bool {
	return slices.ContainsFunc(c, func(a alternative) bool { return a.set.Contains(version) })
}

// specifier gives a set of versions of Python in the form of PEP 440. That has no form
// for alternatives, and gets the minor versions that none of them allows.
func (c constraint) specifier() string {
	if len(c) == 1 {
		return strings.Join(c[0].clauses, ",")
	}
	var excluded []string
	for minor := spec.OldestPython; minor <= spec.NewestPython; minor++ {
		if !slices.ContainsFunc(releasesOf(minor), c.allows) {
			excluded = append(excluded, fmt.Sprintf("!=3.%d.*", minor))
		}
	}
	return strings.Join(excluded, ",")
}

// releasesOf are the versions of Python 3 that a minor version may come in.
func releasesOf(minor int) []string {
	var all []string
	for patch := range maxPatch {
		all = append(all, fmt.Sprintf("3.%d.%d", minor, patch))
	}
	return all
}

// marker asks for a version of Python in the set, of those that there are images for.
func (c constraint) marker() markerExpr {
	var any []markerExpr
	for _, a := range c {
		var all []markerExpr
		for _, clause := range a.clauses {
			if !holdsAlways(clause) {
				all = append(all, pythonMarker(clause))
			}
		}
		any = append(any, allOf(all...))
	}
	return anyOf(any...)
}

// holdsAlways tells whether a version specifier allows all versions of Python.
func holdsAlways(clause string) bool {
	set, err := wheel.ParseSpecifiers(clause)
	for minor := spec.OldestPython; minor <= spec.NewestPython; minor++ {
		if slices.ContainsFunc(releasesOf(minor), func(v string) bool { return !set.Contains(v) }) {
			return false
		}
	}
	return err == nil
}

// pythonMarker asks for a version of Python. python_version has no patch release, so
// that it is right for limits between two minor releases only.
func pythonMarker(clause string) markerExpr {
	version := strings.TrimLeft(clause, "=<>!~")
	operator := clause[:len(clause)-len(version)]
	base, wildcard := strings.CutSuffix(version, ".*")
	name := "python_full_version"
	if minor := strings.Count(base, ".") == 1; minor && (operator == ">=" || operator == "<") {
		name = "python_version"
	} else if minor && (operator == "==" || operator == "!=" && wildcard) {
		name, version = "python_version", base
	}
	return atom(name, operator, quote(version))
}
