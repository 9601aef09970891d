package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pkg is what the source of package spec says about the format.
type pkg struct {
	doc *doc.Package

	// structs are the mappings of the format by the names of their Go types.
	structs map[string]structure

	// words are the values of each type of which there are only a few.
	words map[string][]string
}

// structure is a mapping with known keys.
type structure struct {
	doc    string
	fields []field
}

// field is a key and what the tags and comment of its Go field say.
type field struct {
	key, doc string
	typ      string // the Go type, as it is written
	tag      reflect.StructTag
}

func (f field) required() bool { return f.tag.Get("required") == "true" }

// bounds are the lowest and the highest number, where there are any.
func (f field) bounds() (lowest, highest string, ok bool) {
	return strings.Cut(f.tag.Get("range"), "..")
}

// load reads the package in dir.
func load(dir string) (*pkg, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	parsed, err := doc.NewFromFiles(fset, files, "github.com/keelback/keelback/spec")
	if err != nil {
		return nil, err
	}
	p := &pkg{doc: parsed, structs: map[string]structure{}, words: map[string][]string{}}
	for _, t := range parsed.Types {
		p.addWords(t)
		if err := p.addStruct(t); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// addWords notes the constants of a type, in the order of the source.
func (p *pkg) addWords(t *doc.Type) {
	for _, group := range t.Consts {
		for _, s := range group.Decl.Specs {
			for _, value := range s.(*ast.ValueSpec).Values {
				if word, err := strconv.Unquote(value.(*ast.BasicLit).Value); err == nil {
					p.words[t.Name] = append(p.words[t.Name], word)
				}
			}
		}
	}
}

// addStruct notes a struct whose fields are keys.
func (p *pkg) addStruct(t *doc.Type) error {
	node, ok := t.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
	if !ok {
		return nil
	}
	s := structure{doc: text(t.Doc)}
	for _, f := range node.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t.Name, f.Names[0].Name, err)
		}
		key := reflect.StructTag(tag).Get("yaml")
		name := f.Names[0].Name
		if f.Doc == nil {
			return fmt.Errorf("%s.%s: no comment", t.Name, name)
		}
		// The comment begins with the name of the Go field; users know its key.
		about := strings.Replace(text(f.Doc.Text()), name, "`"+key+"`", 1)
		s.fields = append(s.fields, field{key: key, doc: about, typ: typeName(f.Type), tag: reflect.StructTag(tag)})
	}
	if len(s.fields) > 0 {
		p.structs[t.Name] = s
	}
	return nil
}

// typeName writes a type as the source does.
func typeName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.ArrayType:
		return "[]" + typeName(t.Elt)
	case *ast.MapType:
		return "map[]" + typeName(t.Value)
	default:
		return fmt.Sprintf("%T", t)
	}
}

var docLink = regexp.MustCompile(`\[([A-Za-z.]+)\]`)

// text is a comment as one line of Markdown.
func text(comment string) string {
	return docLink.ReplaceAllString(strings.Join(strings.Fields(comment), " "), "$1")
}

// short gives the field that the whole mapping may be written as.
func (s structure) short() (field, bool) {
	for _, f := range s.fields {
		if f.tag.Get("short") == "true" {
			return f, true
		}
	}
	return field{}, false
}

// names lists the structs in the order of their names, without the root.
func (p *pkg) names() []string {
	names := slices.Sorted(maps.Keys(p.structs))
	return slices.DeleteFunc(names, func(name string) bool { return name == "Spec" || name == "Error" })
}
