package wheel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxExplained bounds what [Target.Explain] names of each kind.
const maxExplained = 6

// Explain says why none of a package's wheels fits, as one clause for an error: which
// Pythons and platforms there are wheels for, and what the target is. Wheels that miss
// by one of the two alone hide those that are wrong in both.
func (t Target) Explain(names []Name) string {
	self := fmt.Sprintf("this runtime is %s on %s", t.interpreter(), t.newestPlatform())
	if len(names) == 0 {
		return "it has no wheels; " + self
	}
	var pythons, platforms []string
	for _, tag := range t.Selector().nearest(names) {
		pythons = append(pythons, pythonOf(tag))
		platforms = append(platforms, platformOf(tag.Platform))
	}
	mine := func(text string) int {
		if strings.HasSuffix(text, t.Machine) {
			return 0
		}
		return 1
	}
	byLength := func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }
	byMachine := func(a, b string) int { return cmp.Or(cmp.Compare(mine(a), mine(b)), strings.Compare(a, b)) }
	return fmt.Sprintf("it has wheels for %s on %s; %s", list(pythons, byLength), list(platforms, byMachine), self)
}

// nearest gives the tags whose platform fits, or else those whose Python fits, or else
// all.
func (s *Selector) nearest(names []Name) []Tag {
	var platform, python, all []Tag
	for _, n := range names {
		for _, tag := range n.Tags {
			all = append(all, tag)
			if _, ok := s.rank[tag.Platform]; ok || tag.Platform == "any" {
				platform = append(platform, tag)
			}
			if _, ok := s.native[pair{tag.Python, tag.ABI}]; ok {
				python = append(python, tag)
			}
		}
	}
	switch {
	case platform != nil:
		return platform
	case python != nil:
		return python
	}
	return all
}

// interpreter is the ABI tag of the target, or its version where that has none.
func (t Target) interpreter() string {
	if native, _ := t.pairs(); len(native) > 0 {
		return native[0].abi
	}
	return "Python " + t.Python
}

// newestPlatform is what a wheel for exactly this target would be tagged with.
func (t Target) newestPlatform() string {
	if platforms := t.platforms(); len(platforms) > 1 {
		return platforms[1]
	}
	return t.Machine + " with " + t.Libc.String()
}

// pythonOf is what a tag says of the interpreter.
func pythonOf(t Tag) string {
	switch {
	case t.ABI == "none":
		return t.Python
	case strings.HasPrefix(t.ABI, "abi3"):
		return t.Python + "-" + t.ABI
	}
	return t.ABI
}

// platformOf is a platform as far as it helps: other systems by their names alone, and
// today's name where there is an older one.
func platformOf(platform string) string {
	system, machine, _ := strings.Cut(platform, "_")
	switch system {
	case "any":
		return "any platform"
	case "macosx":
		return "macOS"
	case "win32", "win":
		return "Windows"
	case "ios", "android":
		return system
	case "manylinux1":
		return "manylinux_2_5_" + machine
	case "manylinux2010":
		return "manylinux_2_12_" + machine
	case "manylinux2014":
		return "manylinux_2_17_" + machine
	}
	return platform
}

// list names different texts in order, the first few of them.
func list(all []string, order func(a, b string) int) string {
	slices.SortFunc(all, order)
	all = slices.Compact(all)
	if more := len(all) - maxExplained; more > 1 {
		all = append(slices.Clone(all[:maxExplained]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(all, ", ")
}
