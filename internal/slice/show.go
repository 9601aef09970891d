package slice

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// databases opens the databases of system packages.
func (r *slicer) databases() (err error) {
	if r.baseDB, err = ospkg.Open(r.Base); err != nil {
		return err
	}
	r.builderDB, err = ospkg.Open(r.Builder)
	return err
}

// show makes the virtual environment visible to the search for libraries, and
// lists what of it a loader would load.
func (r *slicer) show() error {
	for i, tree := range r.Venvs {
		err := tree.Walk("/", func(e rootfs.Entry) error {
			if err := r.alone(e, i); err != nil || e.Mode.IsDir() {
				return err
			}
			r.layer.Show(e)
			return r.sort(e)
		})
		if err != nil {
			return err
		}
		dists, err := python.Distributions(tree, python.Venv)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		r.dists = append(r.dists, dists...)
	}
	return nil
}

// sort puts a file to the others of its kind.
func (r *slicer) sort(e rootfs.Entry) error {
	if path.Ext(e.Path) == ".py" {
		r.sources = append(r.sources, e)
		return r.sortScript(e)
	}
	f, err := elf.ReadEntry(e)
	switch {
	case errors.Is(err, elf.ErrNotELF):
		return r.sortScript(e)
	case err != nil:
		return err
	case f.IsProgram():
		r.programs = append(r.programs, e.Path)
	default:
		r.objects = append(r.objects, elf.Object{Path: e.Path, Required: r.isModule(e.Path, f)})
	}
	return nil
}

// isModule reports whether a shared object is one that this Python can import. Others
// are libraries, or plug-ins that native code opens.
func (r *slicer) isModule(name string, f *elf.File) bool {
	stem, tag, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".so"), ".")
	switch {
	case path.Ext(name) != ".so":
		return false
	case tag == "":
		return slices.Contains(f.Modules, stem)
	case tag == "abi3":
		return true
	}
	return strings.HasPrefix(tag, "cpython-"+strings.ReplaceAll(r.interpreter.Minor(), ".", "")+"-")
}

// script is a file that is run by another program, its interpreter.
type script struct {
	path string
	line string // the first one, without #!
}

// maxShebang is how much of a script Linux reads for its first line
// (BINPRM_BUF_SIZE).
const maxShebang = 256

// sortScript lists the scripts which somebody may start by name: those of the
// environment's bin and of the service. Packages have others, which are modules first.
func (r *slicer) sortScript(e rootfs.Entry) error {
	inVenv := strings.HasPrefix(e.Path, python.Venv+"/")
	if !e.IsExecutable() || inVenv && path.Dir(e.Path) != path.Join(python.Venv, "bin") {
		return nil
	}
	line, err := shebang(e)
	if err == nil && line != "" {
		r.scripts = append(r.scripts, script{e.Path, line})
	}
	return err
}

// shebang is the first line of a script, without #!; empty is no script.
func shebang(e rootfs.Entry) (string, error) {
	f, err := e.Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, maxShebang)
	n, err := f.ReadAt(b, 0)
	if n == 0 {
		return "", nil
	}
	line, _, _ := bytes.Cut(b[:n], []byte("\n"))
	text, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok {
		return "", nil
	}
	_ = err // a script may be shorter
	return strings.Trim(string(text), " \t"), nil
}
