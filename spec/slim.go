package spec

import (
	"path"
	"regexp"
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
		case slices.Contains([]string{".", "/", "*", "**"}, globs[i]):
			p.addf(item(at, i), "%s is all there is (such as numpy/**/tests)", quote(glob))
		case strings.HasPrefix(glob, "!"):
			p.addf(item(at, i), "%s begins with ! (what stays is named in keep, what goes in drop)", quote(glob))
		case err != nil:
			p.addf(item(at, i), "%s is no glob: %w", quote(glob), err)
		}
	}
	p.checkUnique(at, globs)
}

func (s *Spec) checkBytecode(p *problems) {
	checkWord(p, "bytecode", "bytecode", s.Bytecode, Bytecodes())
}

var dottedName = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

func (s *Spec) checkSmoke(p *problems) {
	checkWord(p, "smoke.gate", "gate", s.Smoke.Gate, SmokeGates())
	for i, name := range s.Smoke.Imports {
		if !p.has(item("smoke.imports", i)) && !dottedName.MatchString(name) {
			p.addf(item("smoke.imports", i), "%s is no module (such as orders.main)", quote(name))
		}
	}
	p.checkUnique("smoke.imports", s.Smoke.Imports)
	if r, given := s.Range("smoke.start"); given && s.Smoke.Start && s.Health == nil && !p.has("smoke.start") {
		p.addAt(r, "smoke.start", "without a health check nothing tells that the service has started (health: {http: /healthz})")
	}
	if s.Smoke.Gate == SmokeOff && s.Bytecode == BytecodeImported {
		p.addf("smoke", "bytecode: imported takes the modules that the smoke gate sees (smoke: {start: false} imports the service only; or bytecode: compile)")
	}
}

// checkWord reports a value that is none of some words.
func checkWord[T ~string](p *problems, at, what string, value T, words []T) {
	if p.has(at) || slices.Contains(words, value) {
		return
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	last := len(names) - 1
	p.addf(at, "unknown %s %s (%s or %s)", what, quote(string(value)), strings.Join(names[:last], ", "), names[last])
}
