package spec

import (
	"bytes"
	"reflect"

	"gopkg.in/yaml.v3"
)

const (
	// maxSize of a spec. The largest sensible one is a tenth of it, and the time and
	// memory that a parser takes are bounded only by the size of its input.
	maxSize = 64 << 10

	// maxDepth of nested lists and mappings.
	maxDepth = 100

	// maxItems of one list or mapping.
	maxItems = 1000
)

// Parse reads a spec, fills in its defaults, and checks every rule that needs no
// build. The filename is only for messages. The build arguments are those that
// the user gave, without the ones that [ReservedArg] knows.
//
// The error is of type [Errors]: the first syntax error, or else all problems.
func Parse(filename string, data []byte, buildArgs map[string]string) (*Spec, error) {
	s := &Spec{source: source{filename: filename, data: data}}
	p := newProblems(&s.source)
	root := p.document(data)
	if root == nil {
		return nil, p.err()
	}
	s.source.index(root)
	p.features(root, "", 0)
	d := decoder{problems: p, known: map[reflect.Type][]field{}}
	d.value(root, reflect.ValueOf(s).Elem(), field{}, "")
	s.expand(p, buildArgs)
	s.check(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// document reads the one YAML document of the file, a mapping. It gives nil after
// a problem, which is then the only one.
func (p *problems) document(data []byte) *yaml.Node {
	if !p.readable(data) {
		return nil
	}
	root, err := decodeYAML(bytes.NewReader(data))
	if err != nil {
		where, msg := explain(data, err)
		p.addAt(where, "", "%s", msg)
		return nil
	}
	if root == nil || isNull(root) {
		p.addAt(firstLine, "", "the spec is empty (it has at least the keys name and command)")
		return nil
	}
	if root.Kind != yaml.MappingNode {
		p.addAt(at(root), "", "the spec is %s (want a mapping, such as name: orders-api)", kindOf(root))
		return nil
	}
	if deep := tooDeep(root, maxDepth); deep != nil {
		p.addAt(at(deep), "", "nested more than %d levels deep", maxDepth)
		return nil
	}
	if keys := len(root.Content) / 2; keys > maxItems {
		p.addAt(at(root), "", "the spec has %d keys (at most %d)", keys, maxItems)
		return nil
	}
	return root
}
