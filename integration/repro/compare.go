package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/keelback/keelback/integration/internal/oci"
)

// compareWorlds compares the images that the worlds made.
func compareWorlds(out io.Writer, a, b map[string]*image) (same bool, err error) {
	same = true
	t := table(out)
	fmt.Fprintln(t, "build\tplatform\tmanifest\tin the other world")
	for _, name := range slices.Sorted(maps.Keys(a)) {
		verdict := "the same"
		if other := b[name]; other == nil {
			same, verdict = false, "not there"
		} else if other.digest != a[name].digest {
			same, verdict = false, "DIFFERS: "+short(other.digest.Hex)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", name, short(a[name].digest.Hex), verdict)
	}
	if err := t.Flush(); err != nil || same {
		return same, err
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if b[name] == nil || a[name].digest == b[name].digest {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", strings.ReplaceAll(name, "\t", " "))
		if err := explain(out, a[name], b[name]); err != nil {
			return false, err
		}
	}
	return false, nil
}

// compareProjects holds the builds of one project against each other: a commit to the
// code changes the layer of the code, and a project with the same dependencies has the
// same layers of them.
func compareProjects(out io.Writer, images map[string]*image) (same bool, err error) {
	same = true
	t := table(out)
	fmt.Fprintln(out)
	fmt.Fprintln(t, "builds\tplatform\tlayers of dependencies\tother layers that differ\t")
	for _, other := range []string{secondCommit, otherProject} {
		for platform := range strings.SplitSeq(platforms, ",") {
			a, b := images[firstCommit+"\t"+platform], images[other+"\t"+platform]
			if a == nil || b == nil {
				return false, fmt.Errorf("there are no images of %s and %s for %s", firstCommit, other, platform)
			}
			r, err := relate(a, b)
			if err != nil {
				return false, err
			}
			r.other = other == otherProject
			verdict := ""
			if !r.right() {
				same, verdict = false, "WRONG"
			}
			fmt.Fprintf(t, "%s; %s\t%s\t%d of %d the same\t%s\t%s\n", firstCommit, other, platform, r.shared, r.dependencies, strings.Join(r.changed, ", "), verdict)
		}
	}
	return same, t.Flush()
}

// relation is what two images of the same dependencies have in common.
type relation struct {
	dependencies, shared int      // layers of the virtual environment, and how many the other one has
	changed              []string // titles of others that the other image has not
	wrong                bool     // one of these is neither of the code alone nor bytecode
	recompiled           bool     // one of these is bytecode of something else than the code
	other                bool     // the images are of two projects
}

// right tells whether nothing but the code differs. Two projects import different
// modules of their dependencies, so their bytecode differs too.
func (r relation) right() bool {
	return r.dependencies > 1 && r.shared == r.dependencies && len(r.changed) > 0 && !r.wrong && (r.other || !r.recompiled)
}

// relate looks for the layers of an image in another.
func relate(a, b *image) (relation, error) {
	var r relation
	has := map[string]bool{}
	for _, l := range b.layers {
		has[l.digest.Hex] = true
	}
	for _, l := range a.layers {
		venv, err := l.within("/opt/venv")
		if err != nil {
			return r, err
		}
		compiled := l.isBytecode()
		venv = venv && !compiled
		if venv {
			r.dependencies++
		}
		switch {
		case has[l.digest.Hex] && venv:
			r.shared++
		case !has[l.digest.Hex] && !venv:
			code, err := l.within("/app")
			if err != nil {
				return r, err
			}
			r.wrong = r.wrong || !code && !compiled
			r.recompiled = r.recompiled || !code && compiled
			r.changed = append(r.changed, l.title)
		}
	}
	r.wrong = r.wrong || a.withoutBytecode() != b.withoutBytecode()
	return r, nil
}

// isBytecode tells whether a layer has compiled modules.
func (l layer) isBytecode() bool { return strings.HasPrefix(l.title, "bytecode of ") }

// withoutBytecode is the number of the other layers.
func (i *image) withoutBytecode() int {
	n := 0
	for _, l := range i.layers {
		if !l.isBytecode() {
			n++
		}
	}
	return n
}

// explain prints in what two images differ.
func explain(out io.Writer, a, b *image) error {
	if err := explainConfig(out, a, b); err != nil {
		return err
	}
	if len(a.layers) != len(b.layers) {
		fmt.Fprintf(out, "  %d layers, and %d\n", len(a.layers), len(b.layers))
	}
	for i := range min(len(a.layers), len(b.layers)) {
		if a.layers[i].digest == b.layers[i].digest {
			continue
		}
		fmt.Fprintf(out, "  layer %d, %s: %s, and %s\n", i+1, a.layers[i].title, short(a.layers[i].digest.Hex), short(b.layers[i].digest.Hex))
		if err := explainLayer(out, a.layers[i], b.layers[i]); err != nil {
			return err
		}
	}
	return nil
}

// explainConfig prints the lines of the configs that differ.
func explainConfig(out io.Writer, a, b *image) error {
	var texts [2][]string
	for i, img := range []*image{a, b} {
		data, err := img.RawConfigFile()
		if err != nil {
			return err
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, data, "", " "); err != nil {
			return err
		}
		texts[i] = strings.Split(indented.String(), "\n")
	}
	for i := range min(len(texts[0]), len(texts[1])) {
		if texts[0][i] != texts[1][i] {
			fmt.Fprintf(out, "  config - %s\n  config + %s\n", strings.TrimSpace(texts[0][i]), strings.TrimSpace(texts[1][i]))
		}
	}
	return nil
}

// shown is how many lines of differences of a layer are printed.
const shown = 30

func explainLayer(out io.Writer, a, b layer) error {
	in, err := a.entries()
	if err != nil {
		return err
	}
	other, err := b.entries()
	if err != nil {
		return err
	}
	if slices.Equal(in, other) {
		fmt.Fprintln(out, "    the same files, packed in another way")
		return nil
	}
	slices.SortFunc(in, byPath)
	slices.SortFunc(other, byPath)
	lines := strings.Split(strings.TrimSpace(oci.Differences(in, other)), "\n")
	if slices.Equal(in, other) {
		lines = []string{"the same files in another order"}
	}
	for _, line := range lines[:min(shown, len(lines))] {
		fmt.Fprintln(out, "    "+line)
	}
	if more := len(lines) - shown; more > 0 {
		fmt.Fprintf(out, "    and %d more lines\n", more)
	}
	return nil
}

// byPath is the order in which oci.Differences expects lines.
func byPath(a, b string) int {
	pathOf := func(line string) string {
		name, _, _ := strings.Cut(line, " ")
		return strings.ReplaceAll(name, "/", "\x00")
	}
	return strings.Compare(pathOf(a), pathOf(b))
}

// short is as much of a digest as tells it from others.
func short(hex string) string { return hex[:16] }
