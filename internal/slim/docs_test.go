package slim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
)

const intro = `# What is left out of an image

` + "`slim: safe`" + `, the default, applies the rules of level safe: what no import and no documented API needs. ` + "`slim: max`" + ` applies all. [small-and-fast.md](small-and-fast.md) says how to keep a file, or to drop more.

Paths are from the directory of packages, or of the standard library; ` + "`*`" + ` stays inside of a name, ` + "`**`" + ` spans folders, and a folder stands for all that is in it. What a rule saves was measured with the version that is named: of the files of that package on disk.

Where *unless named* is said, the packages of the lock and the files of the service are searched first: what is imported or named anywhere stays. Rules without it are for files that a name cannot mean.

Tests are no part of what a service can use, even where a package documents a function that runs them: ` + "`numpy.test()`, `pandas.test()`" + ` and their like have nothing to run under ` + "`slim: safe`" + `. They need pytest, and check an installation.

`

// page is docs/slimming.md.
func page() string {
	var b strings.Builder
	b.WriteString(intro)
	table(&b, "All packages", "", packageRules())
	table(&b, "Single packages", "", namedRules())
	table(&b, "The standard library", `Whatever the level, an image has no bytecode of the builder's, no pip or other packages of its interpreter, and no start-up hooks of its distribution (`+"`sitecustomize.py`"+`). With `+"`slim: none`"+` all else of the standard library is there, with the wheel of pip that ensurepip keeps.

`, stdlibRules())
	fmt.Fprintf(&b, "## Languages\n\nWith `slim: max`, these languages stay everywhere, with their variants for countries and scripts:\n%s.\n", strings.Join(majorLanguages, ", "))
	return b.String()
}

func table(b *strings.Builder, title, text string, rules []Rule) {
	fmt.Fprintf(b, "## %s\n\n%s| rule | level | takes | why nothing needs it | saves |\n|---|---|---|---|---|\n", title, text)
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b Rule) int { return strings.Compare(string(b.Level), string(a.Level)) })
	for _, r := range rules {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", r.Name, r.Level, takes(r), strings.ReplaceAll(r.Reason, "|", `\|`), r.Saves)
	}
	b.WriteString("\n")
}

// takes says what a rule takes, and what it leaves.
func takes(r Rule) string {
	if len(r.Files) == 0 {
		return ""
	}
	out := code(r.Files)
	switch {
	case len(r.Except) > len(majorLanguages):
		out += ", but those of [languages](#languages) that stay"
	case len(r.Except) > 0:
		out += ", but not " + code(r.Except)
	}
	if r.Where != "" {
		out += " (" + string(r.Where) + ")"
	}
	if r.Named {
		out += "; *unless named*"
	}
	if len(r.Unless) > 0 {
		out += ", or one of these is installed: " + strings.Join(r.Unless, ", ")
	}
	return out
}

func code(globs []string) string {
	return "`" + strings.ReplaceAll(strings.Join(globs, "`, `"), "../../../", "/opt/venv/") + "`"
}

// TestPageListsTheRules fails after a change of the rules until the page is written
// anew.
func TestPageListsTheRules(t *testing.T) {
	t.Parallel()
	golden.File(t, "../../docs/slimming.md", []byte(page()))
}

func TestRulesAreWhole(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, r := range Rules() {
		if names[r.Name] {
			t.Errorf("%s: there are two", r.Name)
		}
		names[r.Name] = true
		if r.Reason == "" || r.Level != Safe && r.Level != Max {
			t.Errorf("%s: has no reason, or level %q", r.Name, r.Level)
		}
	}
	for _, r := range slices.Concat(namedRules(), stdlibRules()) {
		if r.Proof == "" || r.Saves == "" || r.Package == "" || len(r.Files) == 0 {
			t.Errorf("%s: a rule for one package has files, what it saves, and a proof", r.Name)
		}
		if (len(r.Unless) > 0 || r.Together || r.Words) && !r.Named {
			t.Errorf("%s: what is named has no bearing on it", r.Name)
		}
	}
}
