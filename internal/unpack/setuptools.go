package unpack

import (
	"regexp"
	"strings"
)

// namespace are the statements that setuptools writes into NAME-nspkg.pth for packages
// that share a namespace: they make a module of that name, and nothing else.
var namespace = statements(
	`import sys, types, os`,
	`has_mfs = sys\.version_info > \(3, 5\)`,
	`p = os\.path\.join\(sys\._getframe\(1\)\.f_locals\['sitedir'\], \*\(NAME(, NAME)*,?\)\)`,
	`importlib = (has_mfs and )?__import__\('importlib\.util'\)`,
	`(has_mfs and )?__import__\('importlib\.machinery'\)`,
	`m = (has_mfs and )?sys\.modules\.setdefault\(NAME, importlib\.util\.module_from_spec\(importlib\.machinery\.PathFinder\.find_spec\(NAME, \[os\.path\.dirname\(p\)\]\)\)\)`,
	`m = m or sys\.modules\.setdefault\(NAME, types\.ModuleType\(NAME\)\)`,
	`mp = \(m or \[\]\) and m\.__dict__\.setdefault\('__path__',\[\]\)`,
	`\(p not in mp\) and mp\.append\(p\)`,
	`m and setattr\(sys\.modules\[NAME\], NAME, m\)`,
)

// distutils are those of its own distutils-precedence.pth, which lets it stand for
// distutils.
var distutils = statements(
	`import os`,
	`var = 'SETUPTOOLS_USE_DISTUTILS'`,
	`enabled = os\.environ\.get\(var, '(local|stdlib)'\) == 'local'`,
	`enabled and __import__\('_distutils_hack'\)(\.add_shim\(\))?`,
)

// statements is a pattern of a line that has only these, in any number and order.
func statements(patterns ...string) *regexp.Regexp {
	one := strings.ReplaceAll(strings.Join(patterns, "|"), "NAME", `'[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*'`)
	return regexp.MustCompile(`^(?:(?:` + one + `)?;? *)+$`)
}

// specs are the modules that such a line finds, by their last name.
var specs = regexp.MustCompile(`find_spec\('(?:[^']*\.)?([^'.]*)'`)

// isOfSetuptools reports whether a line of a .pth file is one that setuptools writes.
// Its own is taken from itself only: what it imports could be another package's. Of the
// modules that the others find nothing is run, unless they are compiled: those are
// loaded, which runs code of theirs.
func isOfSetuptools(line, dist string, s *site) bool {
	if dist == "setuptools" && distutils.MatchString(line) {
		return true
	}
	if !namespace.MatchString(line) {
		return false
	}
	for _, m := range specs.FindAllStringSubmatch(line, -1) {
		if s.hasExtension(m[1]) {
			return false
		}
	}
	return true
}
