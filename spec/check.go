package spec

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// maxText is the size of names and versions: labels, tags and file names are made
// of them.
const maxText = 128

var (
	nameSyntax = regexp.MustCompile(`^[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*$`)
	userSyntax = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,31}$`)
)

// check reports what breaks a rule. Values that were reported before are left out.
func (s *Spec) check(p *problems) {
	s.checkName(p)
	s.checkVersion(p)
	s.checkPython(p)
	s.checkRuntime(p)
	s.checkDependencies(p)
	s.checkBuilder(p)
	s.checkApp(p)
	s.checkCommand(p)
	s.checkPorts(p)
	s.checkEnv(p)
	s.checkArgs(p)
	s.checkHealth(p)
	s.checkUser(p)
	s.checkWritable(p)
	s.checkLabels(p)
	s.checkStopSignal(p)
	s.checkSlim(p)
	s.checkBytecode(p)
	s.checkSmoke(p)
}

func (s *Spec) checkName(p *problems) {
	if p.has("name") || len(s.Name) <= maxText && nameSyntax.MatchString(s.Name) {
		return
	}
	p.addf("name", "%s is no name (lower-case letters and digits, between them single '.', '_' or '-', at most %d characters)",
		quote(s.Name), maxText)
}

func (s *Spec) checkVersion(p *problems) {
	if strings.ContainsFunc(s.Version, notVisible) {
		p.addf("version", "%s is no version (no spaces or control characters)", quote(s.Version))
	} else if len(s.Version) > maxText {
		p.addf("version", "the version is too long (at most %d characters)", maxText)
	}
}

func (s *Spec) checkPython(p *problems) {
	if _, given := s.Range("python"); !given || p.has("python") {
		return
	}
	if _, _, ok := ParsePython(s.Python); !ok {
		p.addf("python", `%s is no version of Python that can be had ("3.%d" to "3.%d", also with a patch version such as "3.13.2")`,
			quote(s.Python), OldestPython, NewestPython)
	}
}

func (s *Spec) checkPorts(p *problems) {
	for i, port := range s.Ports {
		if first := slices.Index(s.Ports, port); first < i && port != 0 {
			p.addf(item("ports", i), "port %d is here for the second time", port)
		}
	}
}

func (s *Spec) checkUser(p *problems) {
	if !p.has("user.name") && !userSyntax.MatchString(s.User.Name) {
		p.addf("user.name", "%s is no name of a user (lower-case letters, digits, '_' and '-', at most 32 characters, no digit first)",
			quote(s.User.Name))
	}
	if s.User.Name == "root" {
		p.addf("user.name", "the service must not run as root (a name such as appuser)")
	}
	if s.User.GID == 0 {
		s.User.GID = s.User.UID
	}
}

// item is the path of an item of a list.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// checkUnique reports values which are in a list twice.
func (p *problems) checkUnique(path string, values []string) {
	first := map[string]bool{}
	for i, value := range values {
		if value != "" && first[value] && !p.has(item(path, i)) {
			p.addf(item(path, i), "%s is here for the second time", quote(value))
		}
		first[value] = true
	}
}

func notVisible(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }
