package slim

import (
	"fmt"
	"slices"
)

// Options say what to leave out.
type Options struct {
	// Level up to which rules are applied. Empty is [None].
	Level Level

	// Keep are globs of what stays in any case, and Drop of what goes though no rule
	// takes it: from the directory of packages or of the standard library, or from
	// the root of the image (/opt/venv/lib/python3.13/site-packages/numpy/tests).
	// Keep wins. Metadata stays.
	Keep, Drop []string

	// Named are paths and globs of what is imported or named by something, as package
	// scan finds it. Nil is that nothing was searched: rules that depend on it take
	// nothing.
	Named []string
}

// Slimmer says of each file whether it is left out. It may be used by several
// goroutines. A nil one leaves all files as they are.
type Slimmer struct {
	level      Level
	keep, drop []userGlob
	named      named
	searched   bool
	all        []compiled            // rules for all packages
	own        map[string][]compiled // rules for one package or the standard library
}

// compiled is a rule that is applied.
type compiled struct {
	*Rule
	files, except globs
}

// Rules are all rules, the ones for one package first.
func Rules() []Rule {
	return slices.Concat(stdlibRules(), namedRules(), packageRules())
}

// New makes a Slimmer of the rules. An error names the glob or the level that is wrong.
func New(opt Options) (*Slimmer, error) {
	return newSlimmer(Rules(), opt)
}

func newSlimmer(rules []Rule, opt Options) (*Slimmer, error) {
	switch opt.Level {
	case "":
		opt.Level = None
	case None, Safe, Max:
	default:
		return nil, fmt.Errorf("level %q (none, safe and max work)", opt.Level)
	}
	s := &Slimmer{level: opt.Level, searched: opt.Named != nil, own: map[string][]compiled{}}
	var err error
	if s.keep, err = userGlobs(opt.Keep); err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	if s.drop, err = userGlobs(opt.Drop); err != nil {
		return nil, fmt.Errorf("drop: %w", err)
	}
	s.named = newNamed(opt.Named)
	for i := range rules {
		if err := s.add(&rules[i]); err != nil {
			return nil, fmt.Errorf("rule %s: %w", rules[i].Name, err)
		}
	}
	return s, nil
}

func (s *Slimmer) add(r *Rule) error {
	files, err := compileAll(r.Files)
	if err != nil {
		return err
	}
	except, err := compileAll(r.Except)
	if err != nil {
		return err
	}
	if s.level == None || s.level == Safe && r.Level == Max || r.Named && !s.searched || r.Whole && s.keepsPart(files) {
		return nil
	}
	c := compiled{Rule: r, files: files, except: except}
	if r.Package == "" {
		s.all = append(s.all, c)
	} else {
		s.own[r.Package] = append(s.own[r.Package], c)
	}
	return nil
}

// keepsPart reports whether something of a package is kept by the user: such a package
// does not go as a whole.
func (s *Slimmer) keepsPart(files globs) bool {
	return slices.ContainsFunc(s.keep, func(k userGlob) bool {
		return slices.ContainsFunc(files, func(f glob) bool {
			return matchName(f.parts[0], k.parts[0]) || matchName(k.parts[0], f.parts[0])
		})
	})
}

// Removes reports whether a file is left out, and by which rule. The package is the
// normalised name of its distribution, or [Stdlib]; the path is from the directory of
// packages, or of the standard library.
func (s *Slimmer) Removes(pkg, path string) (rule string, ok bool) {
	if s == nil {
		return "", false
	}
	c, _, ok := s.find(pkg, path)
	if !ok {
		return "", false
	}
	return c.name(), true
}

// Strips reports whether what no loader reads is taken out of a library or program;
// see [DebugSymbols].
func (s *Slimmer) Strips(pkg, path string) bool {
	return s != nil && s.level != None && !matchUser(s.keep, pkg, path)
}

// RemovesAll reports whether a whole distribution is left out.
func (s *Slimmer) RemovesAll(pkg string) (rule string, ok bool) {
	if s == nil {
		return "", false
	}
	for _, c := range s.own[pkg] {
		if c.Whole && !slices.ContainsFunc(c.files, func(g glob) bool { return s.named.has(g.text) }) {
			return c.Name, true
		}
	}
	return "", false
}

// find finds the rule for a file, and the file or folder that it takes. No rule is
// given for what the user drops. What the rule for a package leaves, the rules for all
// packages leave too.
func (s *Slimmer) find(pkg, path string) (rule *compiled, taken string, ok bool) {
	if s.level == None && len(s.drop) == 0 || matchUser(s.keep, pkg, path) {
		return nil, "", false
	}
	isKept := isProtected(path)
	for i, c := range s.own[pkg] {
		taken, isSpared := s.takes(c, path)
		if taken != "" && (c.Whole || !isKept) {
			return &s.own[pkg][i], taken, true
		}
		isKept = isKept || isSpared
	}
	for _, g := range s.drop {
		taken := g.matchOf(pkg, path)
		if taken != "" && !isMetadata(path) && (!isProtected(path) || isProtected(g.text)) {
			return nil, taken, true
		}
	}
	if isKept || pkg == Stdlib {
		return nil, "", false
	}
	for i, c := range s.all {
		if taken, _ := s.takes(c, path); taken != "" {
			return &s.all[i], taken, true
		}
	}
	return nil, "", false
}

// name is the name of the rule, or [Drop] for the user's own.
func (c *compiled) name() string {
	if c == nil {
		return Drop
	}
	return c.Name
}

// takes gives the file or folder that a rule takes of a path, or "" and whether it is
// an exception of the rule.
func (s *Slimmer) takes(c compiled, path string) (taken string, isSpared bool) {
	taken = c.files.match(path)
	if taken == "" || c.except.match(path) != "" {
		return "", taken != ""
	}
	if c.Named && s.named.has(path) {
		return "", false
	}
	return taken, false
}

// Find finds what takes a file: the rule, nil where it is [Options.Drop], and the file
// or the folder that it takes. The arguments are those of [Slimmer.Removes].
func (s *Slimmer) Find(pkg, path string) (rule *Rule, taken string, ok bool) {
	if s == nil {
		return nil, "", false
	}
	c, taken, ok := s.find(pkg, path)
	if c == nil {
		return nil, taken, ok
	}
	return c.Rule, taken, ok
}

// RulesFor are the rules that are applied to one package or the standard library, but
// for those that are applied to all packages.
func (s *Slimmer) RulesFor(pkg string) []Rule {
	var out []Rule
	for _, c := range s.own[pkg] {
		out = append(out, *c.Rule)
	}
	return out
}
