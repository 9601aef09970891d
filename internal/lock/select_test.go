package lock_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// selectAll compares what a lock asks of an index (section `missing`), how the
// answers complete it (`answer ...` makes `pylock`), and what it selects on the
// targets that sections name, such as `select 3.13.5 x86_64 musl 1.2`. So do
// `build ...` with what is for building, and `local ...` with the folders.
func selectAll(t *testing.T, c *golden.Case, s *spec.Spec, p *lock.Project) {
	t.Helper()
	l := p.Lock
	c.Compare("missing", queries(l.Missing()))
	if answers := c.Files("answer "); len(answers) > 0 {
		var data [][]byte
		for _, name := range slices.Sorted(maps.Keys(answers)) {
			data = append(data, answers[name])
		}
		done, err := l.Complete(data)
		if err != nil {
			c.Compare("incomplete", []byte(err.Error()))
			return
		}
		l = done
		pylock, err := l.Pylock()
		if err != nil {
			pylock = []byte(err.Error())
		}
		c.Compare("pylock", pylock)
	}
	for target := range c.Files("select ") {
		got, err := l.Select(s, parseTarget(t, target))
		c.Compare("select "+target, distributions(got, err))
	}
	for target := range c.Files("build ") {
		got, err := p.BuildLock.SelectBuild(s, parseTarget(t, target))
		c.Compare("build "+target, distributions(got, err))
	}
	for target := range c.Files("local ") {
		got, err := p.LocalOn(s, parseTarget(t, target))
		if err != nil {
			t.Fatal(err)
		}
		c.Compare("local "+target, []byte(strings.Join(got, "\n")))
	}
}

// parseTarget reads PYTHON MACHINE LIBC VERSION.
func parseTarget(t *testing.T, text string) wheel.Target {
	t.Helper()
	var target wheel.Target
	var libc string
	if _, err := fmt.Sscanf(text, "%s %s %s %d.%d", &target.Python, &target.Machine, &libc, &target.Libc.Major, &target.Libc.Minor); err != nil {
		t.Fatalf("target %q: %v", text, err)
	}
	target.Libc.Musl = libc == "musl"
	return target
}

func queries(all []lock.Query) []byte {
	var b strings.Builder
	for _, q := range all {
		fmt.Fprintf(&b, "index %q extra %q links %q no-index %t deps %t\n%s", q.Index, q.ExtraIndexes, q.FindLinks, q.NoIndex, q.Deps, q.Requirements)
	}
	return []byte(b.String())
}

func distributions(all []lock.Distribution, err error) []byte {
	if err != nil {
		return []byte(err.Error())
	}
	var b strings.Builder
	for _, d := range all {
		fmt.Fprintf(&b, "%s %s from %s: %s\n", d.Name, d.Version, d.Place, installed(d))
		if d.DirectURL != "" {
			fmt.Fprintf(&b, "    %s\n", d.DirectURL)
		}
	}
	if b.Len() == 0 {
		return []byte("nothing")
	}
	return []byte(b.String())
}

// installed tells what is installed of a package.
func installed(d lock.Distribution) string {
	switch {
	case d.Wheel != nil:
		return "wheel " + file(d.Wheel)
	case d.Source.File != nil:
		return "build " + file(d.Source.File)
	case d.Source.VCS != nil:
		return fmt.Sprintf("build %s %s@%s %s", d.Source.VCS.Type, d.Source.VCS.URL, d.Source.VCS.Commit, d.Source.VCS.Subdirectory)
	default:
		return "build " + d.Source.Directory.Path
	}
}

func file(f *lock.File) string {
	return fmt.Sprintf("%s %s%s sha256:%.4s... %d", f.Name, f.URL, f.Path, f.SHA256, f.Size)
}

// musl is a target that most wheels are made for.
var musl = wheel.Target{Python: "3.13.5", Machine: "x86_64", Libc: wheel.Libc{Musl: true, Major: 1, Minor: 2}}
