package spec

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// source is the text of a spec and where each of its values is.
type source struct {
	filename string
	data     []byte
	ranges   map[string]Range
	scalars  map[string]bool
}

// Filename of the spec, as it was given to Parse.
func (s *Spec) Filename() string { return s.source.filename }

// Data is the text of the spec. It must not be changed.
func (s *Spec) Data() []byte { return s.source.data }

// Range tells where the value at path is, such as `runtime.packages[1]` or
// `env.LOG_LEVEL`. The range begins at the value when this is on the line of its
// key, else at the key, so that it always shows the key's line.
//
// A path that is not in the file, such as that of a default, has the range of its
// nearest parent which is, and false. Without one it is that of `name`, the key
// that every spec has, or of the first line.
func (s *Spec) Range(path string) (Range, bool) {
	_, r, ok := s.source.find(path)
	return r, ok
}

// find gives the nearest path that is in the file, its range, and whether it is
// the one asked for.
func (s *source) find(path string) (string, Range, bool) {
	for p := path; p != ""; p = parent(p) {
		if r, ok := s.ranges[p]; ok {
			return p, r, p == path
		}
	}
	if r, ok := s.ranges["name"]; ok {
		return "", r, false
	}
	return "", firstLine, false
}

// parent of a path: `a.b` for `a.b[1]` and `a` for `a.b`.
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// maxKey is how much of a key is shown in a path. Together with maxPath it bounds
// the memory that all paths of a file take.
const maxKey = 128

// child is the path of a key below path.
func child(path, key string) string {
	if len(key) > maxKey {
		key = strings.ToValidUTF8(key[:maxKey], "") + "..."
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// index notes where the values below root are.
func (s *source) index(root *yaml.Node) {
	s.ranges, s.scalars = map[string]Range{}, map[string]bool{}
	x := indexer{source: s, text: newText(s.data)}
	x.value(nil, root, "", 0)
}
