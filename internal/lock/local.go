package lock

import (
	"context"
	"slices"
)

// findFiles makes sure that the files of the context that packages come from are
// there, and adds them to what installing reads.
func (l *locked) findFiles(ctx context.Context, t Tree, f *found) error {
	var names []string
	for _, p := range l.packages {
		for _, file := range p.files() {
			if file.Path != "" && inContext(file.Path) {
				names = append(names, file.Path)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	names = sorted(names)
	lacks, err := t.Lacks(ctx, names...)
	if err != nil {
		return err
	}
	for _, p := range l.packages {
		for _, file := range p.files() {
			if slices.Contains(lacks, file.Path) {
				l.problems.at(p, "%s is %s, which %s", p.title(), file.Path, f.whyLacking(file.Path))
			}
		}
	}
	l.Manifests = sorted(append(l.Manifests, names...))
	return nil
}

// whyLacking tells why a file is not in the build context.
func (f *found) whyLacking(name string) string {
	if f.hidden(name) {
		return ".dockerignore keeps out of the build context (add the line !" + name + " to it)"
	}
	return "is not in the build context"
}
