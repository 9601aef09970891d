package unpack

import (
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
)

// tree is what all packages together write.
type tree struct {
	layout
	dists    []*dist
	out      string // where it goes
	slim     *slim.Slimmer
	files    []*file // sorted by path
	names    rootfs.Paths
	stripped sync.Map // path of a file to what it was stripped to, a recordLine
}

// newTree puts the files of all packages together. What is left out is among them: that
// two packages have different files at a place is an error all the same.
func newTree(dists []*dist, opt Options) (*tree, error) {
	t := &tree{layout: newLayout(opt.Python), dists: dists, out: opt.Out, slim: opt.Slim}
	for _, d := range dists {
		t.files = append(t.files, d.files...)
	}
	var err error
	if t.files, err = merge(t.files); err != nil {
		return nil, err
	}
	for _, f := range t.files {
		if other := t.names.Add(f.path, false); other != "" {
			return nil, fmt.Errorf("%s: clashes with %s of %s (some file systems take them for the same)", f.origin(), show(other), t.ownerOf(other))
		}
	}
	return t, nil
}

// ownerOf is the package that a file or a directory comes from.
func (t *tree) ownerOf(name string) string {
	for _, f := range t.files {
		if f.path == name || strings.HasPrefix(f.path, name+"/") {
			return f.dist.file
		}
	}
	return "another"
}

// merge sorts files by path. Of a file that is there several times one stays, when
// all are the same.
func merge(files []*file) ([]*file, error) {
	slices.SortStableFunc(files, func(a, b *file) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return strings.Compare(a.dist.file, b.dist.file)
	})
	var out []*file
	for _, f := range files {
		if len(out) == 0 || out[len(out)-1].path != f.path {
			out = append(out, f)
			continue
		}
		last := out[len(out)-1]
		same, err := sameContents(last, f)
		if err != nil {
			return nil, err
		}
		if !same {
			return nil, conflict(f, last)
		}
		if f.isExec && !last.isExec || f.rule == "" && last.rule != "" {
			both := *last
			both.isExec = f.isExec || last.isExec
			if f.rule == "" {
				both.rule = ""
			}
			out[len(out)-1] = &both
		}
	}
	return out, nil
}

func conflict(f, other *file) error {
	if f.dist == other.dist {
		return fmt.Errorf("%s: the wheel has two files for it", show(f.path))
	}
	return fmt.Errorf("%s: %s has another file for %s", f.origin(), other.dist.file, show(f.path))
}

func sameContents(a, b *file) (bool, error) {
	if a.size != b.size || a.isRecord || b.isRecord {
		return false, nil
	}
	if a.digest.algorithm() == b.digest.algorithm() {
		return a.digest == b.digest, nil
	}
	da, err := a.sha256()
	if err != nil {
		return false, err
	}
	db, err := b.sha256()
	return da == db, err
}

// sha256 is the digest of a file whose RECORD may have another one.
func (f *file) sha256() (digest, error) {
	if f.digest.algorithm() == "sha256" {
		return f.digest, nil
	}
	sum := sha256.New()
	err := newReader().copy(f.dist.archive, f.member, f.digest, func(b []byte) error {
		_, err := sum.Write(b)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.origin(), err)
	}
	return encode("sha256", sum.Sum(nil)), nil
}

// dirs are the directories of the tree below root, itself with all that lead to it,
// sorted.
func (t *tree) dirs(root string) []string {
	seen := map[string]bool{}
	var out []string
	add := func(dir string) {
		for ; dir != "." && dir != "/" && !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			out = append(out, dir)
		}
	}
	add(root)
	for _, f := range t.files {
		if f.rule == "" {
			add(path.Join(root, path.Dir(f.path)))
		}
	}
	slices.Sort(out)
	return out
}
