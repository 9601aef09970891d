package spec

import (
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestTags reads the struct tags of all keys: a mistyped tag has no other effect.
func TestTags(t *testing.T) {
	t.Parallel()
	known := regexp.MustCompile(`^(yaml|required|default|range|zero|short|example)$`)
	ranges := regexp.MustCompile(`^-?[0-9]+\.\.[0-9]+$`)
	eachField(reflect.TypeFor[Spec](), "", func(path string, f reflect.StructField) {
		for _, m := range regexp.MustCompile(`(\w+):"((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(string(f.Tag), -1) {
			if !known.MatchString(m[1]) {
				t.Errorf("%s: unknown tag %s", path, m[1])
			}
		}
		if bounds := f.Tag.Get("range"); bounds != "" && !ranges.MatchString(bounds) {
			t.Errorf("%s: range %q", path, bounds)
		} else if bounds == "" && elem(f.Type).Kind() == reflect.Int {
			t.Errorf("%s: a number without a range", path)
		}
		if key := f.Tag.Get("yaml"); key != snake(f.Name) {
			t.Errorf("%s: key %q of field %s", path, key, f.Name)
		}
	})
}

// TestExamplesOfKeysAreAccepted parses the example of each key in the least spec
// that it fits in.
func TestExamplesOfKeysAreAccepted(t *testing.T) {
	t.Parallel()
	around := map[string]string{
		"name":    "command: [a]",
		"command": "name: a",
		"health":  "name: a\ncommand: [a]\nports: [80]",
	}
	beside := map[string]string{
		"health.port": "http: /", "health.status": "http: /", "health.body": "http: /",
		"health.interval": "http: /", "health.timeout": "http: /",
		"health.start_period": "http: /", "health.retries": "http: /",
	}
	eachField(reflect.TypeFor[Spec](), "", func(path string, f reflect.StructField) {
		example := f.Tag.Get("example")
		if example == "" {
			return
		}
		above, key, nested := strings.Cut(path, ".")
		text := above + ": " + example
		if nested {
			text = above + ":\n  " + key + ": " + example
		}
		if line := beside[path]; line != "" {
			text += "\n  " + line
		}
		rest, ok := around[above]
		if !ok {
			rest = "name: a\ncommand: [a]"
		}
		if _, err := Parse(path, []byte(text+"\n"+rest+"\n"), nil); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	})
}

// TestScreenInPackageComment parses the example in doc.go.
func TestScreenInPackageComment(t *testing.T) {
	t.Parallel()
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, screen, _ := strings.Cut(f.Doc.Text(), "in one screen:\n\n")
	screen, _, _ = strings.Cut(screen, "\n\n")
	screen = strings.ReplaceAll(screen, "\n\t", "\n")[len("\t"):] + "\n"
	s, err := Parse("doc.go", []byte(screen), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, screen)
	}
	for i := range reflect.TypeFor[Spec]().NumField() {
		if f := reflect.TypeFor[Spec]().Field(i); reflect.ValueOf(*s).Field(i).IsZero() {
			t.Errorf("the screen does not show %s", f.Name)
		}
	}
}

// eachField calls f for each key of a struct and of those in it.
func eachField(typ reflect.Type, path string, f func(path string, field reflect.StructField)) {
	for i := range typ.NumField() {
		field := typ.Field(i)
		if !field.IsExported() {
			continue
		}
		at := child(path, field.Tag.Get("yaml"))
		f(at, field)
		if sub := elem(field.Type); sub.Kind() == reflect.Struct && field.Type.Kind() != reflect.Map {
			eachField(sub, at, f)
		}
	}
}

func elem(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return t.Elem()
	default:
		return t
	}
}

// snake writes a Go name as a key.
func snake(name string) string {
	word := regexp.MustCompile(`[A-Z]+[a-z]*`)
	return strings.ToLower(strings.TrimPrefix(word.ReplaceAllString(name, "_$0"), "_"))
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
