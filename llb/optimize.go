package llb

import "github.com/keelback/keelback/internal/lock"

// needsOfOptimized are packages that lose something when Python leaves out docstrings
// (level 2) or asserts (level 1), and what.
var needsOfOptimized = []struct {
	name  string
	level int
	loses string
}{
	{"click", 2, "the help of commands is made of docstrings"},
	{"cmd2", 2, "the help of commands is made of docstrings"},
	{"docopt", 2, "options are read from docstrings"},
	{"docopt-ng", 2, "options are read from docstrings"},
	{"fastapi", 2, "descriptions of the OpenAPI schema are made of docstrings"},
	{"fastmcp", 2, "descriptions of tools are made of docstrings"},
	{"fire", 2, "the help of commands is made of docstrings"},
	{"flasgger", 2, "the schema is read from docstrings"},
	{"graphene", 2, "descriptions of the schema are made of docstrings"},
	{"hypothesis", 1, "properties are asserts"},
	{"invoke", 2, "the help of tasks is made of docstrings"},
	{"langchain-core", 2, "tools without a docstring are refused"},
	{"mcp", 2, "descriptions of tools are made of docstrings"},
	{"ply", 2, "grammars are docstrings"},
	{"pycparser", 2, "its grammar is made of docstrings"},
	{"pytest", 1, "tests are asserts"},
	{"typer", 2, "the help of commands is made of docstrings"},
}

// warnOptimized tells which packages need what the level of optimization leaves out.
func (c *compiler) warnOptimized(dists []lock.Distribution) {
	for _, need := range needsOfOptimized {
		for _, d := range dists {
			if d.Name == need.name && c.spec.Optimize >= need.level {
				c.warn("optimize", "%s %s: %s, which optimize: %d leaves out", d.Name, d.Version, need.loses, c.spec.Optimize)
			}
		}
	}
}
