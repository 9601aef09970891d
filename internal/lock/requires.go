package lock

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// RequiresOf are the requirements (PEP 508) for building a project by its
// pyproject.toml, which may be empty: setuptools builds what names no build system
// (PEP 517). They are sorted, and written anew from their parts: the manifest may be
// anybody's, and the requirements become lines of a file that uv reads. What is more
// than a name, extras, versions and a marker is an error that names it.
func RequiresOf(manifest []byte) ([]string, error) {
	var p pyproject
	if err := unmarshal(pyprojectFile, manifest, &p); err != nil {
		return nil, err
	}
	if p.BuildSystem == nil {
		return []string{"setuptools", "wheel"}, nil
	}
	requires, err := plainRequirements(p.BuildSystem.Requires)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pyprojectFile, err)
	}
	return requires, nil
}

// LocalName is the normalised name of the project in a folder of Local, or empty where
// its pyproject.toml has none.
func (p *Project) LocalName(dir string) string { return declaredName(dir, p.texts) }

// plainRequirements are requirements for building as [plainRequirement] writes them,
// sorted.
func plainRequirements(requires []string) ([]string, error) {
	var plain []string
	for _, text := range requires {
		r, err := plainRequirement(text)
		if err != nil {
			return nil, fmt.Errorf("[build-system] requires %s, which %w (want NAME, or NAME>=VERSION)", shown(text), err)
		}
		plain = append(plain, r)
	}
	return sorted(plain), nil
}

// shown is a requirement for a message, without a URL: it may have a password.
func shown(text string) string {
	if at := strings.IndexAny(text, "@:"); at >= 0 {
		return fmt.Sprintf("%.80q...", text[:at])
	}
	return fmt.Sprintf("%.80q", text)
}

var (
	// plainParts are those of a requirement before its marker: name, extras, versions.
	plainParts = regexp.MustCompile(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*(?:\[([^\]]*)\])?[ \t]*(.*)$`)

	// plainClause is one of its versions: an operator, and what all versions consist of.
	plainClause = regexp.MustCompile(`^(~=|===?|!=|[<>]=?)[ \t]*([A-Za-z0-9][A-Za-z0-9.*+!_-]*)$`)

	// validName is the name of a project or an extra (PEP 508).
	validName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
)

// plainRequirement writes a requirement anew from its parts (PEP 508), so that it is
// nothing but one requirement, and from an index.
func plainRequirement(text string) (string, error) {
	if strings.ContainsFunc(text, isControl) {
		return "", errors.New("has a control character")
	}
	if strings.Contains(text, "#") {
		return "", errors.New("has a comment")
	}
	head, marker, _ := strings.Cut(strings.Trim(text, " \t"), ";")
	m := plainParts.FindStringSubmatch(strings.Trim(head, " \t"))
	if m == nil {
		return "", errors.New("is no requirement")
	}
	if strings.HasPrefix(m[3], "@") {
		return "", errors.New("has a URL")
	}
	extras, err := plainExtras(m[2])
	if err != nil {
		return "", err
	}
	versions, err := plainVersions(m[3])
	if err != nil {
		return "", err
	}
	plain := wheel.NormalName(m[1]) + extras + versions
	parsed, err := wheel.ParseMarker(marker)
	if err != nil {
		return "", errors.New("has a marker that is none")
	}
	if parsed != nil {
		plain += " ; " + strings.Trim(parsed.String(), " \t")
	}
	return plain, nil
}

// isControl tells of what ends a line somewhere, or is not seen.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

func plainExtras(text string) (string, error) {
	extras := normalizeAll(strings.Split(text, ","))
	if slices.ContainsFunc(extras, func(e string) bool { return !validName.MatchString(e) }) {
		return "", errors.New("has an extra that is none")
	}
	if len(extras) == 0 {
		return "", nil
	}
	return "[" + strings.Join(extras, ",") + "]", nil
}

// plainVersions writes version specifiers (PEP 440) without space. They may be in
// parentheses.
func plainVersions(text string) (string, error) {
	text = strings.Trim(text, " \t")
	if inner, ok := strings.CutPrefix(text, "("); ok {
		if text, ok = strings.CutSuffix(inner, ")"); !ok {
			return "", errors.New("is no requirement")
		}
	}
	var clauses []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.Trim(part, " \t"); part == "" {
			continue
		}
		m := plainClause.FindStringSubmatch(part)
		if m == nil {
			return "", errors.New("is no requirement")
		}
		clauses = append(clauses, m[1]+m[2])
	}
	versions := strings.Join(clauses, ",")
	if _, err := wheel.ParseSpecifiers(versions); err != nil {
		return "", errors.New("has a version specifier that is none")
	}
	return versions, nil
}
