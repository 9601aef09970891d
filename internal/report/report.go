// Package report says what steps put into layers and what they left out. Each step
// writes its report beside its layer, so that no layer depends on one.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Layer is what one step says of the tree that it wrote.
type Layer struct {
	// Name of the layer, as in the image's history. The step does not know it; who
	// adds up reports fills it in.
	Name string `json:"name,omitempty"`

	// Files counts files and links; Bytes are the contents of the files.
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`

	// Parts are what the layer is made of.
	Parts []Part `json:"parts,omitempty"`

	// Removed is what a rule left out, or made smaller.
	Removed []Removal `json:"removed,omitempty"`

	// Warnings are what whoever builds should know.
	Warnings []string `json:"warnings,omitempty"`
}

// Part is a piece of a layer that has a name: a package with its version, the
// standard library, a system package.
type Part struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`

	// Package tells that it is a Python package (distribution).
	Package bool `json:"package,omitempty"`
}

// Removal is what a rule took away: a file, or a folder with all that was in it.
type Removal struct {
	// Path in the image.
	Path string `json:"path"`

	// Rule is its name; see internal/slim.
	Rule string `json:"rule"`

	// Bytes are how much less there is.
	Bytes int64 `json:"bytes"`
}

// Write writes the report to a file, whose folder is there. Its bytes do not depend
// on the order in which parts and removals were added.
func (l *Layer) Write(name string) (err error) {
	slices.SortFunc(l.Parts, func(a, b Part) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(l.Removed, func(a, b Removal) int { return strings.Compare(a.Path+"\x00"+a.Rule, b.Path+"\x00"+b.Rule) })
	slices.Sort(l.Warnings)
	data, err := json.MarshalIndent(l, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return err
	}
	at := time.Unix(0, 0)
	return errors.Join(os.Chtimes(name, at, at), os.Chtimes(filepath.Dir(name), at, at))
}

// Read reads a report.
func Read(name string) (*Layer, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	l := &Layer{}
	if err := json.Unmarshal(data, l); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}
