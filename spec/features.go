package spec

import "gopkg.in/yaml.v3"

// features reports what YAML has but a spec has not: with them a file no longer
// means what it seems to say, or says more than its size.
func (p *problems) features(n *yaml.Node, path string, depth int) {
	p.node(n, path)
	switch n.Kind {
	case yaml.MappingNode:
		p.keys(n, path, depth)
		for i := 0; i+1 < len(n.Content); i += 2 {
			p.features(n.Content[i+1], childAt(depth, path, n.Content[i].Value), depth+1)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			p.features(item, itemAt(depth, path, i), depth+1)
		}
	default:
	}
}

// tooDeep gives the first list or mapping that is nested more than so many levels
// deep, or nil.
func tooDeep(n *yaml.Node, levels int) *yaml.Node {
	if levels == 0 && len(n.Content) > 0 {
		return n
	}
	for _, part := range n.Content {
		if deep := tooDeep(part, levels-1); deep != nil {
			return deep
		}
	}
	return nil
}

// node reports what is attached to a key or value.
func (p *problems) node(n *yaml.Node, path string) {
	if n.Kind == yaml.AliasNode {
		p.addAt(at(n), path, "%s is an alias, which a spec cannot have (write the value out; a text that begins with * needs quotes)", quote("*"+n.Value))
	}
	if n.Anchor != "" {
		p.addAt(at(n), path, "%s is an anchor, which a spec cannot have (a text that begins with & needs quotes)", quote("&"+n.Anchor))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		p.addAt(at(n), path, "%s is a tag, which a spec cannot have (a text that begins with ! needs quotes)", quote(n.Tag))
	}
}

// keys reports keys that are no text, merge, or are there twice.
func (p *problems) keys(n *yaml.Node, path string, depth int) {
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.MappingNode || key.Kind == yaml.SequenceNode {
			p.addAt(at(key), path, "a key must be text (not a list or a mapping)")
			continue
		}
		p.node(key, path)
		if key.Tag == "!!merge" {
			p.addAt(at(key), path, "a spec cannot merge mappings with << (write the keys out)")
		} else if line, dup := first[key.Value]; dup {
			p.addAt(at(key), childAt(depth, path, key.Value), "this key is here for the second time (first on line %d)", line)
		} else {
			first[key.Value] = key.Line
		}
	}
}

// at is where a node begins.
func at(n *yaml.Node) Range {
	p := Position{n.Line, n.Column}
	return Range{p, p}
}
