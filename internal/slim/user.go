package slim

import (
	"fmt"
	"regexp"
	"strings"
)

// userGlob is a glob that somebody wrote into a spec.
type userGlob struct {
	glob
	stdlib, packages bool // what it is for
}

// absolute splits a path of the image behind the directory of packages, or of the
// standard library.
var absolute = regexp.MustCompile(`^/(opt/venv/)?(?:.*/)?lib(?:64)?/python(?:3|3\.[0-9]+|\*|3\.\*)/((?:site|dist)-packages/)?(.+)$`)

// userGlobs compiles globs that are relative to both directories, or absolute.
func userGlobs(texts []string) ([]userGlob, error) {
	var out []userGlob
	for _, text := range texts {
		g := userGlob{stdlib: true, packages: true}
		relative := text
		if strings.HasPrefix(text, "/") {
			m := absolute.FindStringSubmatch(text)
			below, isVenv := strings.CutPrefix(text, "/opt/venv/")
			switch {
			case m != nil && m[2] != "":
				relative, g.stdlib = m[3], false
			case m != nil && m[1] == "":
				relative, g.packages = m[3], false
			case isVenv && strings.HasPrefix(below, "lib/"):
				relative, g.stdlib = "../../"+strings.TrimPrefix(below, "lib/"), false
			case isVenv:
				relative, g.stdlib = "../../../"+below, false
			default:
				return nil, fmt.Errorf("glob %q: neither of /opt/venv nor of the standard library (numpy/tests, or /opt/venv/lib/python3.13/site-packages/numpy/tests work)", text)
			}
		}
		var err error
		if g.glob, err = compile(relative); err != nil {
			return nil, err
		}
		g.text = text
		out = append(out, g)
	}
	return out, nil
}

// matchOf gives what the glob matches of a path of a package or the standard library.
func (g userGlob) matchOf(pkg, path string) string {
	if isStdlib := pkg == Stdlib; isStdlib && !g.stdlib || !isStdlib && !g.packages {
		return ""
	}
	return g.match(path)
}

func matchUser(list []userGlob, pkg, path string) bool {
	for _, g := range list {
		if g.matchOf(pkg, path) != "" {
			return true
		}
	}
	return false
}
