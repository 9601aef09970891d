package spec

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/moby/patternmatcher"
)

// maxPathSize is the size of a path or pattern. To match against much longer
// patterns takes gigabytes.
const maxPathSize = 255

var pathTooLong = fmt.Sprintf("is too long (at most %d bytes)", maxPathSize)

// systemDirs are where a writable path would break the image, or would let the
// service change its own code.
var systemDirs = []string{
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/opt/venv",
	"/proc", "/root", "/run/secrets", "/sbin", "/sys", "/usr",
}

// checkFile checks the path of a file in the build context, and gives it in its
// shortest form.
func (p *problems) checkFile(at, file string) string {
	if file == "" || p.has(at) {
		return ""
	}
	if msg := contextPathProblem(file); msg != "" {
		p.addf(at, "%s %s", quote(file), msg)
	} else if file == "." || strings.HasSuffix(file, "/") {
		p.addf(at, "%s is a folder (want the path of a file)", quote(file))
	}
	return path.Clean(file)
}

// contextPathProblem says why a path is not one inside the build context.
func contextPathProblem(name string) string {
	switch {
	case len(name) > maxPathSize:
		return pathTooLong
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character in it"
	case strings.Contains(name, `\`):
		return `has a \ in it (write / between folders)`
	case strings.HasPrefix(name, "/"):
		return "is an absolute path (a path in the build context, such as src)"
	case slices.Contains(strings.Split(name, "/"), ".."):
		return "leads out of the build context (no ..)"
	default:
		return ""
	}
}

func (s *Spec) checkApp(p *problems) {
	p.checkPatterns("app.include", s.App.Include)
	p.checkPatterns("app.exclude", s.App.Exclude)
	if s.App.Path == "" || p.has("app.path") {
		return
	}
	if msg := contextPathProblem(s.App.Path); msg != "" {
		p.addf("app.path", "%s %s", quote(s.App.Path), msg)
	} else if strings.Contains(s.App.Path, ":") {
		p.addf("app.path", "%s has a : in it, which separates folders in PYTHONPATH", quote(s.App.Path))
	}
	s.App.Path = path.Clean(s.App.Path)
}

// checkPatterns checks patterns in the syntax of .dockerignore, and brings them to
// the form that its parser gives them.
func (p *problems) checkPatterns(at string, patterns []string) {
	for i, pattern := range patterns {
		if p.has(item(at, i)) {
			continue
		}
		name, negated := strings.CutPrefix(strings.TrimSpace(pattern), "!")
		patterns[i] = cleanPattern(name, negated)
		switch {
		case strings.TrimSpace(name) == "":
			p.addf(item(at, i), "the pattern is empty")
		case len(name) > maxPathSize:
			p.addf(item(at, i), "%s %s", quote(pattern), pathTooLong)
		case path.Clean(name) == ".":
			p.addf(item(at, i), "%s matches nothing (write ** for all files)", quote(pattern))
		case strings.ContainsFunc(name, unicode.IsControl):
			p.addf(item(at, i), "%s has a control character in it", quote(pattern))
		case slices.Contains(strings.Split(name, "/"), ".."):
			p.addf(item(at, i), "%s leads out of the build context (no ..)", quote(pattern))
		default:
			p.checkPattern(item(at, i), patterns[i])
		}
	}
	p.checkUnique(at, patterns)
}

func cleanPattern(name string, negated bool) string {
	name = path.Clean(strings.TrimSpace(name))
	if len(name) > 1 {
		name = strings.TrimPrefix(name, "/")
	}
	if negated {
		return "!" + name
	}
	return name
}

func (p *problems) checkPattern(at, pattern string) {
	m, err := patternmatcher.New([]string{pattern})
	if err == nil && strings.Contains(pattern, "[") {
		// Mistakes in the order of characters show only when the pattern is used.
		_, err = m.MatchesOrParentMatches("a")
	}
	if err != nil {
		p.addf(at, "%s is no pattern: %w", quote(pattern), err)
	}
}

func (s *Spec) checkWritable(p *problems) {
	all := map[string]bool{}
	for _, dir := range s.Writable {
		all[dir] = true
	}
	for i, dir := range s.Writable {
		if p.has(item("writable", i)) {
			continue
		}
		if msg := writableProblem(dir); msg != "" {
			p.addf(item("writable", i), "%s %s", quote(dir), msg)
			continue
		}
		if above := covering(dir, all); above != "" {
			p.addf(item("writable", i), "%s is writable already: it is in %s", quote(dir), quote(above))
		}
	}
	p.checkUnique("writable", s.Writable)
}

// covering gives the folder above dir that is among all, or "".
func covering(dir string, all map[string]bool) string {
	for above := path.Dir(dir); len(above) > 1; above = path.Dir(above) {
		if all[above] {
			return above
		}
	}
	return ""
}

func writableProblem(dir string) string {
	switch {
	case len(dir) > maxPathSize:
		return pathTooLong
	case !strings.HasPrefix(dir, "/"):
		return "is not an absolute path (such as /data)"
	case strings.ContainsFunc(dir, unicode.IsControl):
		return "has a control character in it"
	case strings.ContainsAny(dir, `\:,`):
		return `has a \, : or , in it, which paths of volumes cannot have`
	case dir == "/":
		return "is the whole image (a folder of its own, such as /data)"
	case path.Clean(dir) != dir:
		return "is not in its shortest form (write " + path.Clean(dir) + ")"
	case dir == "/tmp":
		return "is writable anyway"
	case dir == "/app":
		return "holds the service's code (a folder of its own, such as /app/data)"
	}
	for _, system := range systemDirs {
		if dir == system || strings.HasPrefix(dir, system+"/") || strings.HasPrefix(system, dir+"/") {
			return "is part of the system in " + system + " (a folder of its own, such as /data)"
		}
	}
	return ""
}
