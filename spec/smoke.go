package spec

import "regexp"

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
	if len(s.Smoke.Imports) > 0 && s.Smoke.Gate == SmokeOff && !p.has("smoke.imports") {
		p.addf("smoke.imports", "nothing is imported while gate is off (remove one of them)")
	}
	if s.Smoke.Gate == SmokeOff && s.Bytecode == BytecodeImported {
		p.addf("smoke", "bytecode: imported takes the modules that the smoke gate sees (smoke: {start: false} imports the service only; or bytecode: compile)")
	}
}
