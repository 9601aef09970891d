package spec

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// decoder fills the spec's types from YAML nodes, as their struct tags say, and
// reports what does not fit. It is stricter than the library's own decoder, and
// knows where everything is.
type decoder struct {
	*problems
	known map[reflect.Type][]field
}

var (
	durationType = reflect.TypeFor[Duration]()
	sizeType     = reflect.TypeFor[Size]()
	gateType     = reflect.TypeFor[SmokeGate]()
)

// fields gives the fields of a struct, whose tags are read once: a file may have
// thousands of the same.
func (d *decoder) fields(t reflect.Type) []field {
	fs, ok := d.known[t]
	if !ok {
		fs = fields(t)
		d.known[t] = fs
	}
	return fs
}

// value fills v from n. What has no meaning leaves v as it is.
func (d *decoder) value(n *yaml.Node, v reflect.Value, f field, path string) {
	if n.Kind == yaml.AliasNode {
		return // reported as such
	}
	if isNull(n) {
		d.addf(path, "nothing is written here (want %s)", want(v.Type(), f))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), f, path)
	case reflect.Struct:
		d.structure(n, v, f, path)
	case reflect.Map:
		d.mapping(n, v, f, path)
	case reflect.Slice:
		d.list(n, v, f, path)
	default:
		d.scalar(n, v, f, path)
	}
}

// structure fills a struct from a mapping with known keys, or from its short form.
func (d *decoder) structure(n *yaml.Node, v reflect.Value, f field, path string) {
	known := d.fields(v.Type())
	if short, ok := shortForm(known); ok && n.Kind == yaml.ScalarNode {
		short.example = f.example
		d.defaults(v, nil, path)
		d.scalar(n, v.Field(short.index), short, path)
		return
	}
	if !d.isKind(n, yaml.MappingNode, v.Type(), f, path) {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !usable(key) || seen[key.Value] {
			continue
		}
		seen[key.Value] = true
		d.member(key, value, v, known, path)
	}
	d.defaults(v, seen, path)
}

// member fills the field of v that a key names.
func (d *decoder) member(key, value *yaml.Node, v reflect.Value, known []field, path string) {
	for _, f := range known {
		if f.key == key.Value {
			d.value(value, v.Field(f.index), f, child(path, f.key))
			return
		}
	}
	hint := ""
	if !d.full() {
		hint = rightKey(key.Value, known, path)
	}
	d.addAt(at(key), child(path, key.Value), "unknown key (%s)", hint)
}

// defaults fills the fields whose keys were not seen.
func (d *decoder) defaults(v reflect.Value, seen map[string]bool, path string) {
	for _, f := range d.fields(v.Type()) {
		target := v.Field(f.index)
		switch {
		case seen[f.key]:
		case f.required:
			d.addf(child(path, f.key), "the key is missing (such as %s: %s)", f.key, f.example)
		case f.def != "":
			n := &yaml.Node{Kind: yaml.ScalarNode, Value: f.def}
			d.scalar(n, target, f, child(path, f.key))
		case target.Kind() == reflect.Struct:
			d.defaults(target, nil, child(path, f.key))
		}
	}
}

// mapping fills a map, whose keys the user chooses.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, f field, path string) {
	if !d.isKind(n, yaml.MappingNode, v.Type(), f, path) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := reflect.ValueOf(n.Content[i].Value)
		if !usable(n.Content[i]) || v.MapIndex(key).IsValid() {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], item, field{}, child(path, n.Content[i].Value))
		v.SetMapIndex(key, item)
	}
}

// list fills a slice. A value that stands alone is not taken for a list of one.
func (d *decoder) list(n *yaml.Node, v reflect.Value, f field, path string) {
	if v.Type().Elem().Kind() == reflect.String && meaning(n) == "" && n.Kind == yaml.ScalarNode {
		d.addf(path, "%s is text (write a list: %s)", shown(n, path), asList(n.Value))
		return
	}
	if !d.isKind(n, yaml.SequenceNode, v.Type(), f, path) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	each := f
	each.example = ""
	for i, value := range n.Content {
		d.value(value, v.Index(i), each, item(path, i))
	}
}

// isKind tells whether n is of a kind, and reports where it is not.
func (d *decoder) isKind(n *yaml.Node, kind yaml.Kind, t reflect.Type, f field, path string) bool {
	if n.Kind == kind {
		return d.bearable(n, path)
	}
	d.addf(path, "%s is %s (want %s)", shown(n, path), kindOf(n), want(t, f))
	return false
}

// bearable tells whether a list or mapping is of a sensible size. Rules may then
// compare each item with each other one.
func (d *decoder) bearable(n *yaml.Node, path string) bool {
	count := len(n.Content)
	if n.Kind == yaml.MappingNode {
		count /= 2
	}
	if count > maxItems {
		d.addf(path, "there are %d items here (at most %d)", count, maxItems)
	}
	return count <= maxItems
}

// usable tells whether a key can be looked up; all others were reported.
func usable(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Tag != "!!merge"
}
