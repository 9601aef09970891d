package lock

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// completing makes a completed lock anew.
const completing = "keelback lock"

// completion is what a pylock.toml says of the lock that it was completed from, in the
// table [tool.keelback].
type completion struct {
	From   string `toml:"completed-from"` // base name, beside it
	SHA256 string `toml:"sha256"`         // hex; see [Lock.digest]
}

// completionOf reads the table of a pylock.toml; ok is false for one that was not made
// by completing.
func completionOf(text []byte) (c completion, ok bool) {
	var doc struct {
		Tool struct{ Keelback completion }
	}
	if !bytes.Contains(text, []byte("[tool.keelback]")) {
		return completion{}, false
	}
	if err := unmarshal(string(Pylock), text, &doc); err != nil {
		return completion{}, false // its reader tells what is wrong
	}
	return doc.Tool.Keelback, doc.Tool.Keelback.From != ""
}

// CompletedFrom is the base name of the lock that a pylock.toml was completed from, or
// empty for one that was not made by [Project.Completed].
func CompletedFrom(pylock []byte) string {
	c, _ := completionOf(pylock)
	return c.From
}

// Completed is the text of a completed lock, which stands for the lock that it was
// made from as long as that does not change.
func (p *Project) Completed(l *Lock) ([]byte, error) {
	text, err := l.Pylock()
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(text, "\n[tool.keelback]\ncompleted-from = %s\nsha256 = %q\n", toJSON(path.Base(l.Path)), l.digest(p.texts)), nil
}

// digest is the sha256, in hex, of a lock with the files that it includes, each with
// its name as seen from the lock. Of what the project says the lock has a hash itself.
func (l *Lock) digest(texts map[string][]byte) string {
	files := map[string][]byte{}
	for _, name := range l.Manifests {
		if text, ok := texts[name]; ok && path.Base(name) != pyprojectFile {
			files[relative(path.Dir(l.Path), name)] = text
		}
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %d\n%s", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// preferCompleted takes the completed lock in place of the one that it was made from.
func (f *found) preferCompleted(locks []string) []string {
	for _, name := range locks {
		completed := path.Join(path.Dir(name), string(Pylock))
		c, ok := completionOf(f.files[completed])
		if !ok || c.From != path.Base(name) || name == completed || formatOf(name) == UV {
			continue
		}
		f.original = name
		locks = slices.DeleteFunc(slices.Clone(locks), func(other string) bool { return other == name })
		if !slices.Contains(locks, completed) {
			locks = append(locks, completed)
		}
		return locks
	}
	return locks
}

// checkCompleted holds a completed lock against the one that it stands for, which is
// not to be out of date itself.
func (l *locked) checkCompleted(ctx context.Context, s *spec.Spec, t Tree, f *found) error {
	of := *f
	of.lock = f.original
	o := newLocked(of.lock)
	if err := o.read(ctx, s, t, &of); err != nil {
		return err
	}
	if c, _ := completionOf(f.files[l.Path]); c.SHA256 != o.digest(f.files) {
		return fmt.Errorf("%s was completed from another %s (%s)", l.Path, c.From, completing)
	}
	o.finish()
	l.problems.all = append(l.problems.all, o.problems.all...)
	l.mend = completing
	for _, p := range l.packages {
		if problem := o.lacks(p); problem != "" {
			l.problems.at(p, "has %s that %s does not have (%s)", problem, o.Path, completing)
		}
	}
	return nil
}

// lacks tells what of a package the lock does not have, or nothing.
func (l *Lock) lacks(p *Package) string {
	var same []*Package
	for _, q := range l.packages {
		if q.stands(p) {
			same = append(same, q)
		}
	}
	if len(same) == 0 {
		return "a package " + p.title()
	}
	for _, f := range p.files() {
		if !slices.ContainsFunc(same, func(q *Package) bool { return q.hasFile(f) }) {
			return "a file of " + p.title()
		}
	}
	return ""
}

// stands tells whether an entry of a lock may stand for one that was completed: the
// name and the version are the same, and the source when it is no file.
func (p *Package) stands(completed *Package) bool {
	q := completed
	if q.Directory != nil {
		return equal(p.Directory, q.Directory)
	}
	if q.VCS != nil && p.VCS != nil {
		mine := *p.VCS
		mine.URL = withoutFragment(mine.URL)
		return p.Name == q.Name && mine == *q.VCS
	}
	return q.VCS == nil && p.Name == q.Name && wheel.CompareVersions(p.Version, q.Version) == 0
}

// hasFile tells whether a package may have a file, by its hash.
func (p *Package) hasFile(f *File) bool {
	return slices.Contains(p.Hashes, f.SHA256) || slices.ContainsFunc(p.files(), func(mine *File) bool {
		return mine.SHA256 == f.SHA256 && mine.Name == f.Name && mine.Subdirectory == f.Subdirectory
	})
}

// Original is a build context without the lock that was completed from another one: what
// is completed anew.
func Original(t Tree) Tree { return original{t} }

type original struct{ Tree }

// Files gives the files of the context.
func (o original) Files(ctx context.Context, patterns ...string) (map[string][]byte, error) {
	files, err := o.Tree.Files(ctx, patterns...)
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		if _, ok := completionOf(text); ok && strings.HasSuffix(name, string(Pylock)) {
			delete(files, name)
		}
	}
	return files, nil
}
