package lock

import (
	"regexp"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

var (
	nameStart = regexp.MustCompile(`^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)`)

	// trailingZeros make no other version of one that has nothing but a release.
	trailingZeros = regexp.MustCompile(`(^[0-9]+(?:\.[0-9]+)*?)(?:\.0)+$`)
)

// requirementName is the normalised name that a requirement (PEP 508) begins with.
func requirementName(r string) string {
	return wheel.NormalName(strings.TrimSpace(nameStart.FindString(r)))
}

// requirement is what matters of a requirement (PEP 508).
type requirement struct {
	name      string
	extras    []string // normalised and sorted
	specifier string   // in the one spelling of normalizeSpecifier
}

func parseRequirement(r string) requirement {
	p := requirement{name: requirementName(r)}
	r, _, _ = strings.Cut(r, ";")
	r = strings.TrimSpace(r[len(nameStart.FindString(r)):])
	if rest, ok := strings.CutPrefix(r, "["); ok {
		var extras string
		extras, r, _ = strings.Cut(rest, "]")
		p.extras = normalizeAll(strings.Split(extras, ","))
	}
	p.specifier = normalizeSpecifier(r)
	return p
}

func normalizeAll(names []string) []string {
	var all []string
	for _, n := range names {
		if n = wheel.NormalName(strings.TrimSpace(n)); n != "" {
			all = append(all, n)
		}
	}
	return sorted(all)
}

// normalizeSpecifier gives the one spelling of a version specifier (PEP 440). It is
// empty for a URL.
func normalizeSpecifier(specifier string) string {
	specifier = strings.Trim(strings.Join(strings.Fields(specifier), ""), "()")
	if strings.HasPrefix(specifier, "@") {
		return ""
	}
	var clauses []string
	for clause := range strings.SplitSeq(specifier, ",") {
		if clause != "" {
			clauses = append(clauses, normalizeClause(clause))
		}
	}
	return strings.Join(sorted(clauses), ",")
}

// normalizeClause spells the version of a clause such as >=2024.07.04 as lock files
// do: >=2024.7.4. Trailing zeros are dropped, so that the same clause twice is one.
func normalizeClause(clause string) string {
	version := strings.TrimLeft(clause, "=<>!~")
	operator := clause[:len(clause)-len(version)]
	prefix, wildcard := strings.CutSuffix(version, ".*")
	v, err := wheel.ParseVersion(prefix)
	if err != nil {
		return strings.ToLower(clause)
	}
	version = trailingZeros.ReplaceAllString(v.String(), "$1")
	if wildcard {
		version += ".*"
	}
	return operator + version
}
