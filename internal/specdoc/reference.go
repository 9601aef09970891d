package main

import (
	"bytes"
	"fmt"
	"strings"
)

// reference makes the page that describes every key.
func (p *pkg) reference() []byte {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from the comments of package spec by `go generate ./spec`. -->\n\n")
	b.WriteString("# keelback.yaml\n\n")
	printer := p.doc.Printer()
	about := strings.Replace(p.doc.Doc, "Package spec reads the", "This is the", 1)
	b.Write(printer.Markdown(p.doc.Parser().Parse(about)))
	b.WriteString("\nKeys:\n\n")
	for _, f := range p.structs["Spec"].fields {
		fmt.Fprintf(&b, "- [`%s`](#%s)\n", f.key, f.key)
	}
	for _, f := range p.structs["Spec"].fields {
		p.section(&b, "##", "", f)
	}
	return b.Bytes()
}

// section describes a key, and then those below it.
func (p *pkg) section(b *bytes.Buffer, level, parent string, f field) {
	fmt.Fprintf(b, "\n%s `%s%s`\n\n", level, parent, f.key)
	fmt.Fprintf(b, "*%s*\n\n%s\n", p.kind(f), f.doc)
	if example := f.tag.Get("example"); example != "" {
		fmt.Fprintf(b, "\n```yaml\n%s\n```\n", nested(parent+f.key, example))
	}
	below := parent + f.key + "."
	if item, ok := strings.CutPrefix(f.typ, "map[]"); ok {
		below, f.typ = parent+f.key+".NAME.", item
	}
	for _, sub := range p.structs[f.typ].fields {
		p.section(b, "###", below, sub)
	}
}

// kind says what a value is, whether it has to be there, and what it is otherwise.
func (p *pkg) kind(f field) string {
	kind := p.typeText(f.typ)
	if low, high, ok := f.bounds(); ok {
		kind += ", " + low + " to " + high
	}
	if f.required() {
		return kind + "; required"
	}
	if text := f.tag.Get("default"); text != "" {
		return kind + "; default `" + text + "`"
	}
	return kind
}

func (p *pkg) typeText(typ string) string {
	if item, ok := strings.CutPrefix(typ, "[]"); ok {
		return "list of " + plural(p.typeText(item))
	}
	if item, ok := strings.CutPrefix(typ, "map[]"); ok {
		return "mapping of names to " + plural(p.typeText(item))
	}
	if words := p.words[typ]; words != nil {
		return "`" + strings.Join(words, "` or `") + "`"
	}
	if s, ok := p.structs[typ]; ok {
		if short, ok := s.short(); ok {
			return p.typeText(short.typ) + " or a mapping"
		}
		return "mapping"
	}
	switch typ {
	case "int":
		return "whole number"
	case "bool":
		return "true or false"
	case "Duration":
		return "duration, such as `1m30s`"
	case "Size":
		return "size, such as `60MB`"
	default:
		return "text"
	}
}

func plural(kind string) string {
	if noun, ok := strings.CutSuffix(kind, " or a mapping"); ok {
		return noun + "s or mappings"
	}
	return kind + "s"
}

// nested writes a value below the keys of its path.
func nested(path, value string) string {
	var b strings.Builder
	keys := strings.Split(path, ".")
	for i, key := range keys {
		fmt.Fprintf(&b, "%s%s:", strings.Repeat("  ", i), key)
		if i < len(keys)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String() + " " + value
}
