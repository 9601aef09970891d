package spec

import "gopkg.in/yaml.v3"

// maxPath is the depth to which values have a path of their own, more than that of
// any value in a spec. Deeper ones are part of the one above.
const maxPath = 4

// indexer walks a document once and notes where its values are. yaml.Node knows
// where a value starts; where it ends is read from the text.
type indexer struct {
	source *source
	text   *text
}

// value notes the range of n, which key leads to, and gives the offset of its end.
func (x *indexer) value(key, n *yaml.Node, path string, depth int) int {
	end := x.end(n, path, depth)
	start := n
	if key != nil && key.Line != n.Line {
		start = key
	}
	if _, dup := x.source.ranges[path]; path != "" && !dup && depth <= maxPath {
		x.source.ranges[path] = Range{
			Start: Position{start.Line, start.Column},
			End:   x.text.position(end),
		}
		x.source.scalars[path] = n.Kind == yaml.ScalarNode
	}
	return end
}

func (x *indexer) end(n *yaml.Node, path string, depth int) int {
	start := x.text.offset(n.Line, n.Column)
	last := start
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			last = max(last, x.text.scalarEnd(key), x.value(key, value, childAt(depth, path, key.Value), depth+1))
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			last = max(last, x.value(nil, item, itemAt(depth, path, i), depth+1))
		}
	default:
		return x.text.scalarEnd(n)
	}
	if n.Style&yaml.FlowStyle != 0 {
		return x.text.flowEnd(last)
	}
	return last
}

// childAt is the path of a key of a mapping at some depth.
func childAt(depth int, path, key string) string {
	if depth >= maxPath {
		return path
	}
	return child(path, key)
}

// itemAt is the path of an item of a list at some depth.
func itemAt(depth int, path string, i int) string {
	if depth >= maxPath {
		return path
	}
	return item(path, i)
}
