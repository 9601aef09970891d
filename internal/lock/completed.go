package lock

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/spec"
)

// completion is what a pylock.toml says of the lock that it was completed from, in the
// table [tool.keelback].
type completion struct {
	From   string `toml:"completed-from"` // base name, beside it
	SHA256 string `toml:"sha256"`         // hex, of that file
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

// Completed is the text of a completed lock, which stands for the lock that it was
// made from as long as that does not change.
func (p *Project) Completed(l *Lock) ([]byte, error) {
	text, err := l.Pylock()
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(text, "\n[tool.keelback]\ncompleted-from = %q\nsha256 = %q\n", path.Base(l.Path), sum(p.texts[l.Path])), nil
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// preferCompleted takes the completed lock in place of the one that it was made from.
func (f *found) preferCompleted(s *spec.Spec, locks []string) ([]string, error) {
	for _, name := range locks {
		completed := path.Join(path.Dir(name), string(Pylock))
		c, ok := completionOf(f.files[completed])
		if !ok || c.From != path.Base(name) || name == completed {
			continue
		}
		if c.SHA256 != sum(f.files[name]) {
			return nil, fail(s, "dependencies.lock", "%s was completed from another %s (keelback lock)", completed, c.From)
		}
		locks = slices.DeleteFunc(slices.Clone(locks), func(other string) bool { return other == name })
		if !slices.Contains(locks, completed) {
			locks = append(locks, completed)
		}
		return locks, nil
	}
	return locks, nil
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
