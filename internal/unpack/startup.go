package unpack

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// checkStartup refuses what Python runs each time it starts, whatever the service
// imports, unless the package may have that: a way for an attack to need no import.
func (d *dist) checkStartup(r *reader, l layout, f *file) error {
	name, ok := strings.CutPrefix(f.path, l.sitePackages+"/")
	if !ok {
		return nil
	}
	top, _, below := strings.Cut(name, "/")
	module, _, _ := strings.Cut(top, ".")
	switch {
	case module == "sitecustomize" || module == "usercustomize":
		if !below || strings.HasPrefix(path.Base(name), "__init__.") {
			return d.startup(name)
		}
	case !below && path.Ext(name) == ".pth" && f.member != nil:
		text, err := r.read(d.archive, f.member, f.digest, maxMetadata)
		if err != nil {
			return err
		}
		if d.runsCode(text) {
			return d.startup(name)
		}
	}
	return nil
}

// startup notes a file that runs at each start, or refuses it.
func (d *dist) startup(name string) error {
	if d.Startup {
		d.notes = append(d.notes, show(name)+" runs each time Python starts")
		return nil
	}
	return fmt.Errorf("runs code each time Python starts (if that is right: dependencies: {allow_startup: [%s]})", d.name)
}

// runsCode reports whether a .pth file has a line that Python runs, other than those
// that setuptools writes.
func (d *dist) runsCode(pth []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(pth, []byte("\ufeff"))) {
		for part := range bytes.SplitSeq(line, []byte("\r")) {
			if (bytes.HasPrefix(part, []byte("import ")) || bytes.HasPrefix(part, []byte("import\t"))) && !d.isOfSetuptools(string(part)) {
				return true
			}
		}
	}
	return false
}

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
	one := strings.ReplaceAll(strings.Join(patterns, "|"), "NAME", `'[A-Za-z_][A-Za-z0-9_.]*'`)
	return regexp.MustCompile(`^(?:(?:` + one + `)?;? *)+$`)
}

// isOfSetuptools reports whether a line is one that setuptools writes. Its own is taken
// from itself only: what it imports could be another package's.
func (d *dist) isOfSetuptools(line string) bool {
	line = strings.TrimRight(line, "\n")
	return namespace.MatchString(line) || d.name == "setuptools" && distutils.MatchString(line)
}
