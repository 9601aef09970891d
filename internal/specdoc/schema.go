package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// schema is a node of a JSON Schema, with its keywords in the order in which they
// are written.
type schema struct {
	Schema      string     `json:"$schema,omitempty"`
	ID          string     `json:"$id,omitempty"`
	Ref         string     `json:"$ref,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        string     `json:"type,omitempty"`
	Enum        []string   `json:"enum,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	MinLength   int        `json:"minLength,omitempty"`
	Minimum     *int       `json:"minimum,omitempty"`
	Maximum     *int       `json:"maximum,omitempty"`
	Items       *schema    `json:"items,omitempty"`
	MinItems    int        `json:"minItems,omitempty"`
	Properties  properties `json:"properties,omitempty"`
	Required    []string   `json:"required,omitempty"`
	Additional  any        `json:"additionalProperties,omitempty"`
	AnyOf       []*schema  `json:"anyOf,omitempty"`
	Default     any        `json:"default,omitempty"`
	Examples    []any      `json:"examples,omitempty"`
	Defs        properties `json:"$defs,omitempty"`
}

// properties are schemas by names, in order.
type properties []property

type property struct {
	name   string
	schema *schema
}

// MarshalJSON writes the properties as an object.
func (ps properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, p := range ps {
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(p.schema, "")
		if err != nil {
			return nil, err
		}
		b.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&b, "%s:%s", name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encode writes JSON for people to read: without \u003c for <.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return b.Bytes(), err
}

// schema makes the JSON Schema of the format.
func (p *pkg) schema() ([]byte, error) {
	root, err := p.object(p.structs["Spec"])
	if err != nil {
		return nil, err
	}
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.ID = "https://github.com/keelback/keelback/spec/schema.json"
	root.Title = "keelback.yaml"
	root.Description = "The build file of a Python service."
	for _, name := range p.names() {
		s, err := p.object(p.structs[name])
		if err != nil {
			return nil, err
		}
		root.Defs = append(root.Defs, property{name, s})
	}
	return encode(root, "  ")
}

// object makes the schema of a mapping, or of its short form.
func (p *pkg) object(s structure) (*schema, error) {
	o := &schema{Type: "object", Additional: false}
	for _, f := range s.fields {
		value, err := p.value(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.key, err)
		}
		o.Properties = append(o.Properties, property{f.key, value})
		if f.required() {
			o.Required = append(o.Required, f.key)
		}
	}
	short, ok := s.short()
	if !ok {
		o.Description = s.doc
		return o, nil
	}
	scalar, err := p.typed(short.typ, short)
	if err != nil {
		return nil, err
	}
	return &schema{Description: s.doc, AnyOf: []*schema{scalar, o}}, nil
}

// value makes the schema of a field.
func (p *pkg) value(f field) (*schema, error) {
	s, err := p.typed(f.typ, f)
	if err != nil {
		return nil, err
	}
	s.Description = f.doc
	if text := f.tag.Get("default"); text != "" {
		if err := yaml.Unmarshal([]byte(text), &s.Default); err != nil {
			return nil, err
		}
	}
	if text := f.tag.Get("example"); text != "" {
		var example any
		if err := yaml.Unmarshal([]byte(text), &example); err != nil {
			return nil, err
		}
		s.Examples = []any{example}
	}
	if strings.HasPrefix(f.typ, "[]") && f.required() {
		s.MinItems = 1
	}
	return s, nil
}

// typed makes the schema of a type, with the bounds that its field has.
func (p *pkg) typed(typ string, f field) (*schema, error) {
	if item, ok := strings.CutPrefix(typ, "[]"); ok {
		items, err := p.typed(item, field{tag: f.tag, key: f.key, typ: typ})
		return &schema{Type: "array", Items: items}, err
	}
	if item, ok := strings.CutPrefix(typ, "map[]"); ok {
		values, err := p.typed(item, field{})
		return &schema{Type: "object", Additional: values}, err
	}
	if _, ok := p.structs[typ]; ok {
		return &schema{Ref: "#/$defs/" + typ}, nil
	}
	if words := p.words[typ]; words != nil {
		return &schema{Type: "string", Enum: words}, nil
	}
	switch typ {
	case "string":
		return &schema{Type: "string", MinLength: leastLength(f)}, nil
	case "bool":
		return &schema{Type: "boolean"}, nil
	case "int":
		return number(f)
	case "Duration":
		return &schema{Type: "string", Pattern: `^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$`, MinLength: 2}, nil
	case "Size":
		return &schema{Type: "string", Pattern: `^[0-9]{1,9}(\.[0-9]{1,3})?(kB|MB|GB|KiB|MiB|GiB)$`}, nil
	default:
		return nil, fmt.Errorf("no schema for type %s", typ)
	}
}

// leastLength is 1 for a text that must not be empty: one of a key of its own.
func leastLength(f field) int {
	if f.typ == "string" && f.tag.Get("example") != "" {
		return 1
	}
	return 0
}

func number(f field) (*schema, error) {
	low, high, ok := f.bounds()
	if !ok {
		return nil, fmt.Errorf("the number has no range")
	}
	lowest, err := strconv.Atoi(low)
	if err != nil {
		return nil, err
	}
	highest, err := strconv.Atoi(high)
	if err != nil {
		return nil, err
	}
	return &schema{Type: "integer", Minimum: &lowest, Maximum: &highest}, nil
}
