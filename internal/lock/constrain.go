package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// pipConstraint is a line of a constraints file. It installs nothing: it has to agree
// with what is installed.
type pipConstraint struct {
	line       requirementLine
	name       string
	specifiers wheel.Specifiers
	marker     *wheel.Marker
	hashes     []string
}

func (r *requirementsReader) readConstraint(line requirementLine) {
	bare := strings.TrimSpace(hash.ReplaceAllString(line.text, " "))
	c := pipConstraint{line: line, name: requirementName(bare)}
	if c.name == "" || isPath(bare) || bareURL.MatchString(bare) {
		r.problems.addf(line.file, line.number, lockKey, "not a constraint (want NAME and versions)")
		return
	}
	rest := strings.TrimSpace(bare[len(nameAndExtras.FindString(bare)):])
	if strings.HasPrefix(rest, "@") {
		r.problems.addf(line.file, line.number, lockKey, "%s is constrained to a URL (give the URL where it is required)", c.name)
		return
	}
	specifier, marker, _ := strings.Cut(rest, ";")
	var err error
	if c.specifiers, err = wheel.ParseSpecifiers(strings.Trim(strings.TrimSpace(specifier), "()")); err == nil {
		c.marker, err = r.markers.parse(strings.TrimSpace(marker))
	}
	if err != nil {
		r.problems.addf(line.file, line.number, lockKey, "%s: %s", c.name, err)
		return
	}
	for _, m := range hash.FindAllStringSubmatch(line.text, -1) {
		if hex := strings.ToLower(m[2]); isSHA256(m[1], hex) {
			c.hashes = append(c.hashes, hex)
		}
	}
	r.constraints = append(r.constraints, c)
}

// constrain holds the constraints against the packages. A constraint with a marker
// is let pass: pip would ask it of some machines only.
func (r *requirementsReader) constrain() {
	byName := map[string][]pipConstraint{}
	for _, c := range r.constraints {
		if c.marker == nil {
			byName[c.name] = append(byName[c.name], c)
		}
	}
	for _, p := range r.packages {
		for _, c := range byName[p.Name] {
			if problem := c.check(p); problem != "" {
				r.problems.at(p, "%s %s of %s:%d (%s)", p.title(), problem, c.line.file, c.line.number, hashing)
			}
		}
	}
}

// check tells how a package differs from what it is constrained to, or nothing. What
// both have hashes of has to have those that both have.
func (c pipConstraint) check(p *Package) string {
	if p.Version != "" && !c.specifiers.Contains(p.Version) {
		return fmt.Sprintf("does not fit the constraint %q", c.specifiers)
	}
	if len(c.hashes) == 0 || len(p.Hashes) == 0 {
		return ""
	}
	both := slices.DeleteFunc(slices.Clone(p.Hashes), func(h string) bool { return !slices.Contains(c.hashes, h) })
	if len(both) == 0 {
		return "has none of the hashes of the constraint"
	}
	p.Hashes = both
	return ""
}
