package slice

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/python"
)

// auditScripts checks that the interpreter of each script is in the image. A script
// that wants a Python which is not there is broken; one that wants another program,
// or a Python of the system, may be there for people only.
func (r *slicer) auditScripts() error {
	var broken []string
	for _, s := range r.scripts {
		missing := r.interpreterOf(s.line)
		if missing == "" {
			continue
		}
		text := fmt.Sprintf("%s (%s): %q, which runs it, is not in the image", s.path, r.wants(s.path), missing)
		if strings.HasPrefix(s.path, python.Venv+"/") && path.IsAbs(missing) && strings.HasPrefix(path.Base(missing), "python") {
			broken = append(broken, text)
		} else {
			r.warnings = append(r.warnings, text)
		}
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s\n(a script of a wheel begins with #!python, which is replaced when it is installed)", strings.Join(broken, "\n"))
	}
	return r.auditPackageScripts()
}

// auditPackageScripts warns of programs of the named system packages that are scripts
// for an interpreter which did not come with them.
func (r *slicer) auditPackageScripts() error {
	if r.Packages == nil {
		return nil
	}
	scripts := map[string][]string{} // by what is missing
	var missing []string
	for _, dir := range binDirs() {
		list, err := r.Packages.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range list {
			if !e.IsExecutable() {
				continue
			}
			line, err := shebang(e)
			if err != nil {
				return err
			}
			if name := r.interpreterOf(line); line != "" && name != "" {
				scripts[name] = append(scripts[name], e.Path)
				missing = append(missing, name)
			}
		}
	}
	slices.Sort(missing)
	for _, name := range slices.Compact(missing) {
		list := slices.Compact(scripts[name])
		text := fmt.Sprintf("%s (%s)", list[0], r.wants(list[0]))
		if len(list) > 1 {
			text += " and " + count(len(list)-1, "other script")
		}
		r.warnings = append(r.warnings, fmt.Sprintf("%s: %q, which runs it, is not in the image", text, name))
	}
	return nil
}

// interpreterOf is what the first line of a script wants and the image does not have;
// empty is nothing.
func (r *slicer) interpreterOf(line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return ""
	}
	// Linux takes all up to a blank, and so the carriage return of a line that ends
	// with one too.
	program, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	if !r.runs(program) {
		return program
	}
	if path.Base(program) != "env" {
		return ""
	}
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "-") || strings.Contains(w, "=") {
			continue
		}
		if slices.ContainsFunc(pathDirs(), func(dir string) bool { return r.runs(path.Join(dir, w)) }) {
			return ""
		}
		return w
	}
	return ""
}

// pathDirs is the PATH of images.
func pathDirs() []string {
	return append([]string{path.Join(python.Venv, "bin"), "/usr/local/sbin", "/usr/local/bin"}, binDirs()...)
}

func (r *slicer) runs(name string) bool {
	e, err := r.layer.Stat(name)
	return err == nil && path.IsAbs(name) && e.IsExecutable()
}
