package ospkg

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// Selection is what packages put into an image.
type Selection struct {
	// Packages are the packages that were added, sorted.
	Packages []string

	// Bytes are the contents of each one's files.
	Bytes map[string]int64

	// Notes say what was not done.
	Notes []string
}

const (
	dpkgAlternatives = "/var/lib/dpkg/alternatives"
	docs             = "/usr/share/doc/"
)

// Select puts the files of packages of Debian into a layer over a base without a
// package manager, with all that they depend on and the base lacks, and their records.
// No script of a package is run: what these made in the builder is taken where it is
// known to belong to the packages, which are alternatives, and files in folders that
// only they have. Documentation and translations stay behind, licences come along.
func Select(layer *rootfs.Layer, base, builder *rootfs.Root, names []string) (*Selection, error) {
	to, err := Open(base)
	if err != nil {
		return nil, err
	}
	from, err := Open(builder)
	if err != nil {
		return nil, err
	}
	if from.dpkg == nil || to.apk != nil {
		return nil, errors.New("the builder and the runtime base have to be of Debian")
	}
	have := to.dpkg
	if have == nil {
		have = &dpkgDB{}
	}
	packages, leftOut, err := from.dpkg.closure(have, names)
	if err != nil {
		return nil, err
	}
	s := selector{dpkgDB: from.dpkg, layer: layer, base: base, packages: packages, bytes: map[string]int64{}}
	for _, step := range []func() error{s.files, s.alternatives, s.made} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if _, err := from.Record(layer, to, packages...); err != nil {
		return nil, err
	}
	return &Selection{Packages: packages, Bytes: s.bytes, Notes: s.notes(leftOut)}, nil
}

type selector struct {
	*dpkgDB
	layer    *rootfs.Layer
	base     *rootfs.Root
	packages []string
	dirs     []string // of these packages that the base does not have
	bytes    map[string]int64
}

// files adds the files that the packages list.
func (s *selector) files() error {
	for _, name := range s.packages {
		list, err := s.root.ReadFile(s.info[name] + ".list")
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for line := range strings.Lines(string(list)) {
			file := strings.TrimSpace(line)
			if file == "/." || isDocs(file) {
				continue
			}
			if err := s.add(name, file); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

var docDirs = regexp.MustCompile(`^/usr/share/(man|info|locale|lintian|bug|gtk-doc|doc-base|linda|bash-completion|zsh|fish|help|gnome/help)(/|$)`)

// isDocs reports whether a file tells people about a package, and is no licence.
func isDocs(name string) bool {
	return docDirs.MatchString(name) || strings.HasPrefix(name, docs) && strings.Contains(strings.TrimPrefix(name, docs), "/") && path.Base(name) != "copyright"
}

// add adds what a package has at a path. The builder may have left it out.
func (s *selector) add(name, file string) error {
	e, err := s.root.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case e.Mode.IsDir():
		if _, err := s.base.Stat(e.Path); err == nil {
			return nil
		}
		s.dirs = append(s.dirs, e.Path)
		if strings.HasPrefix(e.Path, docs) {
			return nil // the licence, if there is one, brings it
		}
		e.ModTime = rootfs.NewDir(e.Path, 0, 0, 0).ModTime
		return s.layer.Add(e)
	case e.IsLink():
		return s.link(e)
	}
	s.bytes[name] += e.Size
	return s.layer.Copy(s.root, e.Path)
}

// link adds a link with what it leads to; one that leads to no file is added alone.
func (s *selector) link(e rootfs.Entry) error {
	to, err := s.root.Stat(e.Path)
	if err == nil && to.Mode.IsRegular() {
		return s.layer.Copy(s.root, e.Path)
	}
	if _, err := s.layer.Lstat(e.Path); err == nil {
		return nil
	}
	return s.layer.Add(e.Normal())
}

// alternatives adds the links to files of the packages that update-alternatives made.
// Each file of its database has, by lines: the mode, the link, and then a name and a
// link for each that goes with it, up to an empty line.
func (s *selector) alternatives() error {
	list, err := s.root.ReadDir(dpkgAlternatives)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		text, err := e.ReadAll()
		if err != nil {
			return err
		}
		head, _, _ := strings.Cut(string(text), "\n\n")
		for i, link := range strings.Split(head, "\n") {
			if i%2 == 0 || isDocs(link) {
				continue
			}
			if err := s.alternative(link); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *selector) alternative(link string) error {
	to, err := s.root.Stat(link)
	if err != nil || !to.Mode.IsRegular() || !slices.Contains(s.packages, s.ownerOf(to.Path)) {
		return nil
	}
	return s.layer.Copy(s.root, link)
}

func (s *selector) ownerOf(name string) string {
	for _, alias := range aliases(name) {
		if owner, ok := s.owners[alias]; ok {
			return owner
		}
	}
	return ""
}

// made adds the files that scripts of the packages made in folders which only these
// packages have, such as the list of the loaders of gdk-pixbuf. Bytecode is none of
// them.
func (s *selector) made() error {
	for _, dir := range s.dirs {
		if strings.HasPrefix(dir, "/var/") || strings.HasPrefix(dir, docs) {
			continue
		}
		list, err := s.root.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range list {
			if !e.Mode.IsRegular() || s.ownerOf(e.Path) != "" || path.Ext(e.Path) == ".pyc" || s.sharedDir(dir) {
				continue
			}
			if err := s.layer.Copy(s.root, e.Path); err != nil {
				return err
			}
		}
	}
	return nil
}

// sharedDir reports whether another package of the builder has files in a directory
// too.
func (s *selector) sharedDir(dir string) bool {
	for file, owner := range s.owners {
		if slices.Contains(aliases(dir), path.Dir(file)) && !slices.Contains(s.packages, owner) {
			return true
		}
	}
	return false
}

func (s *selector) notes(leftOut []string) []string {
	var notes, scripts []string
	if len(leftOut) > 0 {
		notes = append(notes, "left out, as only installing needs them: "+strings.Join(leftOut, ", "))
	}
	for _, name := range s.packages {
		if text, err := s.root.ReadFile(s.info[name] + ".postinst"); err == nil && !isTrivial(string(text)) {
			scripts = append(scripts, name)
		}
	}
	if len(scripts) > 0 {
		notes = append(notes, "not run in the image: the installation scripts of "+strings.Join(scripts, ", "))
	}
	return notes
}

// isTrivial reports whether a script only has the cache of the loader made anew, which
// the image does not need, or cleans up after older versions.
func isTrivial(script string) bool {
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line == "fi", line == "set -e", line == "exit 0", strings.HasPrefix(line, "#"), strings.HasPrefix(line, `if [ "$1"`):
		case strings.Contains(line, "ldconfig"), strings.HasPrefix(line, "dpkg-maintscript-helper "):
		default:
			return false
		}
	}
	return true
}
