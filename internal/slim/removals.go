package slim

import (
	"path"
	"strings"

	"github.com/keelback/keelback/internal/report"
)

// Removals adds up what rules took, by folder.
type Removals struct {
	files   []report.Removal
	folders map[string]*removedFolder
}

// removedFolder is a folder in which something was looked at.
type removedFolder struct {
	rule  string // that took all that was in it; empty: none did
	bytes int64
}

// Add counts a file, with its path in the image. The rule is empty for one that stays.
func (r *Removals) Add(name, rule string, size int64) {
	if rule != "" {
		r.files = append(r.files, report.Removal{Path: name, Rule: rule, Bytes: size})
	}
	if r.folders == nil {
		r.folders = map[string]*removedFolder{}
	}
	for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
		f := r.folders[dir]
		if f == nil {
			f = &removedFolder{rule: rule}
			r.folders[dir] = f
		}
		if f.rule != rule {
			f.rule = ""
		}
		f.bytes += size
	}
}

// List lists what was taken in the order of Add: a folder below top where all that was
// in it went by the same rule, else the files.
func (r *Removals) List(top string) []report.Removal {
	var out []report.Removal
	done := map[string]bool{}
	for _, one := range r.files {
		for dir := path.Dir(one.Path); strings.HasPrefix(dir, top+"/"); dir = path.Dir(dir) {
			if f := r.folders[dir]; f.rule == one.Rule {
				one = report.Removal{Path: dir, Rule: one.Rule, Bytes: f.bytes}
			}
		}
		if !done[one.Path] {
			done[one.Path] = true
			out = append(out, one)
		}
	}
	return out
}
