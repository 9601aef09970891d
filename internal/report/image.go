package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Image is what all layers of an image are together.
type Image struct {
	// Size is what the files take on disk, in bytes, with those of the base; Files
	// counts files and links. A file that two layers have counts twice, as it does in
	// a registry.
	Size  int64 `json:"size"`
	Files int   `json:"files"`

	// Packages counts the Python packages.
	Packages int `json:"packages"`

	// Layers are those of the image, the base first, in order.
	Layers []*Layer `json:"layers"`
}

// Add adds a layer.
func (m *Image) Add(l *Layer) {
	m.Size += l.Bytes
	m.Files += l.Files
	for _, p := range l.Parts {
		if p.Package {
			m.Packages++
		}
	}
	m.Layers = append(m.Layers, l)
}

// Encode gives the report as JSON.
func (m *Image) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(m, "", " ")
	return append(data, '\n'), err
}

// Decode reads what Encode gave.
func Decode(data []byte) (*Image, error) {
	m := &Image{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return m, nil
}

// ReadImage reads a report from a file.
func ReadImage(name string) (*Image, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Decode(data)
}

// Warnings are those of all layers.
func (m *Image) Warnings() []string {
	var all []string
	for _, l := range m.Layers {
		all = append(all, l.Warnings...)
	}
	return all
}

// Saved is how many bytes each rule took, the greatest first.
func (m *Image) Saved() []Part {
	byRule := map[string]int64{}
	for _, l := range m.Layers {
		for _, r := range l.Removed {
			byRule[r.Rule] += r.Bytes
		}
	}
	var all []Part
	for rule, n := range byRule {
		all = append(all, Part{Name: rule, Bytes: n})
	}
	return sorted(all)
}

// Slim says in one line what was left out: `21.4 MB less: debug-symbols 18.3, tests
// 1.9, 3 more rules 1.2`.
func (m *Image) Slim() string {
	const shown, least = 5, 50_000 // rules, and bytes that are not rounded to nothing
	saved := m.Saved()
	var sum, rest int64
	var words []string
	for i, p := range saved {
		sum += p.Bytes
		if i < shown && p.Bytes >= least {
			words = append(words, fmt.Sprintf("%s %.1f", p.Name, mega(p.Bytes)))
		} else {
			rest += p.Bytes
		}
	}
	if sum < least {
		return "nothing less"
	}
	if more := len(saved) - len(words); rest >= least {
		words = append(words, fmt.Sprintf("%d more rules %.1f", more, mega(rest)))
	}
	return fmt.Sprintf("%.1f MB less: %s", mega(sum), strings.Join(words, ", "))
}

// Biggest are the n parts with the most bytes. A layer that does not say what it is
// made of is one part; so is what a layer has beside its parts.
func (m *Image) Biggest(n int) []Part {
	var all []Part
	for _, l := range m.Layers {
		rest := l.Bytes
		for _, p := range l.Parts {
			all = append(all, p)
			rest -= p.Bytes
		}
		if rest > 0 {
			all = append(all, Part{Name: l.Name, Bytes: rest})
		}
	}
	all = sorted(all)
	return all[:min(n, len(all))]
}

// BiggestPackages are the n Python packages with the most bytes.
func (m *Image) BiggestPackages(n int) []Part {
	var all []Part
	for _, l := range m.Layers {
		all = append(all, slices.DeleteFunc(slices.Clone(l.Parts), func(p Part) bool { return !p.Package })...)
	}
	all = sorted(all)
	return all[:min(n, len(all))]
}

func sorted(parts []Part) []Part {
	slices.SortFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), strings.Compare(a.Name, b.Name))
	})
	return parts
}

func mega(n int64) float64 { return float64(n) / 1e6 }

// Text is the report for people: layers, what was left out, warnings.
func (m *Image) Text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%.1f MB on disk in %d files, %d packages\n\nlayers\n", mega(m.Size), m.Files, m.Packages)
	for _, l := range m.Layers {
		fmt.Fprintf(&b, "  %8.1f MB %6d files  %s\n", mega(l.Bytes), l.Files, l.Name)
	}
	fmt.Fprintf(&b, "\nbiggest\n")
	for _, p := range m.Biggest(20) {
		fmt.Fprintf(&b, "  %8.1f MB  %s\n", mega(p.Bytes), p.Name)
	}
	fmt.Fprintf(&b, "\nleft out: %s\n", m.Slim())
	for _, l := range m.Layers {
		for _, r := range l.Removed {
			fmt.Fprintf(&b, "  %10d bytes  %-16s %s\n", r.Bytes, r.Rule, r.Path)
		}
	}
	if warnings := m.Warnings(); len(warnings) > 0 {
		fmt.Fprintf(&b, "\nwarnings\n")
		for _, w := range warnings {
			fmt.Fprintf(&b, "  %s\n", w)
		}
	}
	return b.Bytes()
}
