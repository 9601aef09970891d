package slice

import (
	"debug/elf"
	"fmt"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/wheel"
)

// machines are the names of PEP 508 for processors.
var machines = map[elf.Machine]string{
	elf.EM_X86_64: "x86_64", elf.EM_AARCH64: "aarch64", elf.EM_ARM: "armv7l",
	elf.EM_PPC64: "ppc64le", elf.EM_S390: "s390x", elf.EM_RISCV: "riscv64",
}

// requirements notes what packages say they need and is not there: a lock may be
// incomplete, or leave out on purpose what the service does not use.
func (r *slicer) requirements() error {
	env := wheel.Target{Python: r.interpreter.Version, Machine: machines[r.machine]}.Environment()
	installed := map[string]bool{}
	for _, d := range r.dists {
		installed[d.Name] = true
	}
	for _, d := range r.dists {
		for _, req := range d.Requires {
			if !installed[req.Name] && applies(req, env) {
				r.notes = append(r.notes, fmt.Sprintf("%s %s needs %s, which the lock does not have", d.Name, d.Version, req.Name))
			}
		}
	}
	return nil
}

// applies tells whether a requirement holds on the target. Its marker is the package's
// own text; one that cannot be read is passed over.
func applies(req python.Requirement, env wheel.Environment) bool {
	m, err := wheel.ParseMarker(req.Marker)
	return err == nil && m.Match(env)
}
