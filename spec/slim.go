package spec

import (
	"path"
	"slices"
	"strings"
	"unicode"
)

func (s *Spec) checkSlim(p *problems) {
	checkWord(p, "slim.level", "level", s.Slim.Level, SlimLevels())
	p.checkGlobs("slim.keep", s.Slim.Keep)
	p.checkGlobs("slim.drop", s.Slim.Drop)
}

// checkGlobs checks globs of files in the image, and brings them to their shortest
// form.
func (p *problems) checkGlobs(at string, globs []string) {
	for i, glob := range globs {
		if p.has(item(at, i)) {
			continue
		}
		globs[i] = path.Clean(glob)
		_, err := path.Match(globs[i], "")
		switch {
		case strings.TrimSpace(glob) == "":
			p.addf(item(at, i), "the glob is empty")
		case len(glob) > maxPathSize:
			p.addf(item(at, i), "%s %s", quote(glob), pathTooLong)
		case strings.ContainsFunc(glob, unicode.IsControl):
			p.addf(item(at, i), "%s has a control character in it", quote(glob))
		case slices.Contains(strings.Split(glob, "/"), ".."):
			p.addf(item(at, i), "%s leads out of the image (no ..)", quote(glob))
		case strings.Trim(globs[i], "./*") == "":
			p.addf(item(at, i), "%s is all there is (such as numpy/**/tests)", quote(glob))
		case strings.HasPrefix(glob, "/") && !strings.HasPrefix(globs[i], "/opt/venv/") && !strings.Contains(globs[i], "/lib/python3."):
			p.addf(item(at, i), "%s is of the base or the system, which stay as they are (packages and the standard library: numpy/**/tests, or /opt/venv/...)", quote(glob))
		case strings.HasPrefix(glob, "!"):
			p.addf(item(at, i), "%s begins with ! (what stays is named in keep, what goes in drop)", quote(glob))
		case err != nil:
			p.addf(item(at, i), "%s is no glob: %w", quote(glob), err)
		}
	}
	p.checkUnique(at, globs)
}
