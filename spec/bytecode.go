package spec

// mostLayers is how many layers of packages there may be when each has one of bytecode
// beside it: an image of Docker has at most 127 in all.
const mostLayers = 48

func (s *Spec) checkBytecode(p *problems) {
	checkWord(p, "bytecode", "bytecode", s.Bytecode, Bytecodes())
	if s.Bytecode != BytecodeStrip && s.Layers > mostLayers && !p.has("layers") {
		p.addf("layers", "each layer of packages has one of bytecode beside it (at most %d, or bytecode: strip)", mostLayers)
	}
}
