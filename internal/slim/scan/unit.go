// Package scan searches packages, and the service itself, for what they import or name
// of the files that rules would take by their names.
//
// It errs on one side: what looks as if it were named stays. A name that is put
// together while the program runs, from parts that stand nowhere in it, is not found.
package scan

import (
	"path"
	"strings"

	"github.com/keelback/keelback/internal/slim"
)

// Candidates are what nothing names so far.
type Candidates struct {
	// Groups are all layers, also those without units.
	Groups []string `json:"groups"`

	Units []Unit `json:"units"`
}

// Unit is what a Named rule takes or leaves as one: a folder, a file, several of them, a
// whole package, or the files of a rule for the standard library.
type Unit struct {
	// Group is the layer that it is in, [Stdlib] for the standard library.
	Group string `json:"group"`

	// Package is the normalised name of the distribution.
	Package string `json:"package"`

	// Rule is its name.
	Rule string `json:"rule"`

	// Paths are the globs that keep it, from the directory of packages or of the
	// standard library.
	Paths []string `json:"paths"`

	// Whole tells that it is the whole distribution.
	Whole bool `json:"whole,omitempty"`

	// Checked tells that the rule is for this package alone: what the package says of
	// itself is known to the rule, but for what it imports.
	Checked bool `json:"checked,omitempty"`

	// Modules are what is imported from it, where its paths do not tell.
	Modules []string `json:"modules,omitempty"`

	// Spared are modules that lie in it and stay in any case.
	Spared []string `json:"spared,omitempty"`

	// Endings are those of files (".md") that are named where somebody searches for
	// files like them in the same package.
	Endings []string `json:"endings,omitempty"`

	// Word names it where it is a whole text.
	Word string `json:"word,omitempty"`

	// Names are the numbers of other units that its own files import or name.
	Names []int `json:"names,omitempty"`
}

// Stdlib is the group of the standard library.
const Stdlib = slim.Stdlib

// isModule reports whether a path may be one of a module: that of a folder, a source or
// a compiled module.
func isModule(name string) bool {
	switch path.Ext(name) {
	case "", ".py", ".so":
		return true
	}
	return false
}

// module is the dotted name of the path of a module.
func module(name string) string {
	dir, file := path.Split(name)
	if ext := path.Ext(file); ext == ".py" || ext == ".so" {
		file, _, _ = strings.Cut(file, ".")
	}
	return strings.ReplaceAll(dir+file, "/", ".")
}

// last is the last part of the dotted name of a module.
func last(module string) string { return module[strings.LastIndexByte(module, '.')+1:] }
