package ospkg

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// relation is a package that another one depends on, maybe with a version: one of
// several that would do (Debian Policy, 7.1).
type relation struct {
	name     string
	operator string // one of << <= = >= >>; empty: any version
	version  string
}

var relationText = regexp.MustCompile(`^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([^)\s]+)\s*\))?`)

// depends are the dependencies of a package: of each list of alternatives one has to
// be there.
func depends(stanza string) [][]relation {
	var out [][]relation
	for _, key := range []string{"Pre-Depends", "Depends"} {
		for group := range strings.SplitSeq(stanzaField(stanza, key), ",") {
			var alternatives []relation
			for text := range strings.SplitSeq(group, "|") {
				if m := relationText.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
					alternatives = append(alternatives, relation{m[1], m[2], m[3]})
				}
			}
			if len(alternatives) > 0 {
				out = append(out, alternatives)
			}
		}
	}
	return out
}

// met reports whether a version is one that is asked for.
func (r relation) met(version string) bool {
	c := compareDebian(version, r.version)
	switch r.operator {
	case "<<":
		return c < 0
	case "<=":
		return c <= 0
	case "=":
		return c == 0
	case ">=":
		return c >= 0
	case ">>":
		return c > 0
	}
	return true
}

func (r relation) String() string {
	if r.operator == "" {
		return r.name
	}
	return fmt.Sprintf("%s (%s %s)", r.name, r.operator, r.version)
}

// onlyInstalls reports whether a package is there for the installation of others
// alone: their scripts need it, which are not run in an image without a shell.
func onlyInstalls(name string) bool {
	return slices.Contains([]string{
		"adduser", "cdebconf", "debconf", "debconf-2.0", "dpkg", "init-system-helpers", "install-info", "sensible-utils", "ucf",
	}, name)
}

// closure lists the packages that some packages need and that the base lacks, with
// themselves, sorted; and those that are left out as they only help to install.
func (db *dpkgDB) closure(base *dpkgDB, names []string) (packages, leftOut []string, err error) {
	provided := db.provided()
	seen := map[string]bool{}
	todo := slices.Clone(names)
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		stanza, ok := db.stanzas[name]
		switch {
		case !ok:
			return nil, nil, fmt.Errorf("%s: not installed in the builder", name)
		case seen[name]:
			continue
		}
		seen[name] = true
		if base.stanzas[name] != "" && !slices.Contains(names, name) {
			continue
		}
		if base.stanzas[name] == "" {
			packages = append(packages, name)
		}
		for _, alternatives := range depends(stanza) {
			next, err := db.choose(base, provided, name, alternatives)
			switch {
			case err != nil:
				return nil, nil, err
			case onlyInstalls(next):
				leftOut = append(leftOut, next)
			case next != "":
				todo = append(todo, next)
			}
		}
	}
	slices.Sort(packages)
	slices.Sort(leftOut)
	return packages, slices.Compact(leftOut), nil
}

// choose is the package that meets a dependency, or nothing when the base does.
func (db *dpkgDB) choose(base *dpkgDB, provided map[string]string, by string, alternatives []relation) (string, error) {
	var other error // the base has another version
	var absent []relation
	for _, r := range alternatives {
		stanza := base.stanzas[r.name]
		version := stanzaField(stanza, "Version")
		switch {
		case stanza == "":
			absent = append(absent, r)
		case r.met(version):
			return "", nil
		case other == nil:
			other = fmt.Errorf("%s: needs %s, and the runtime base has %s (both images have to be of one state of the release)", by, r, version)
		}
	}
	for _, r := range absent {
		if stanza := db.stanzas[r.name]; stanza != "" && r.met(stanzaField(stanza, "Version")) {
			return r.name, nil
		}
		if name := provided[r.name]; name != "" {
			return name, nil
		}
	}
	if other != nil {
		return "", other
	}
	return "", fmt.Errorf("%s: needs %s, which is not installed in the builder", by, alternatives[0])
}

// provided are the packages that stand for others, by the names of those.
func (db *dpkgDB) provided() map[string]string {
	out := map[string]string{}
	for name, stanza := range db.stanzas {
		for text := range strings.SplitSeq(stanzaField(stanza, "Provides"), ",") {
			m := relationText.FindStringSubmatch(strings.TrimSpace(text))
			if m != nil && (out[m[1]] == "" || name < out[m[1]]) {
				out[m[1]] = name
			}
		}
	}
	return out
}
