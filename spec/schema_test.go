package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// beyondSchema are cases of a structural mistake that a schema cannot see.
var beyondSchema = []string{
	"types/duration-huge", // a schema has no lengths of time
}

// TestSchemaAgreesWithParse holds the schema against all cases: it accepts what
// Parse accepts, and refuses what is wrong in keys, types and numbers.
func TestSchemaAgreesWithParse(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.ToSlash(path[len("testdata/"):]), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			err = validate(schema, section(archive, "keelback.yaml"))
			structural := slices.Contains([]string{"keys", "types", "numbers"}, filepath.Dir(name))
			switch bad := section(archive, "errors") != nil; {
			case !bad && err != nil:
				t.Errorf("Parse accepts it, the schema does not: %v", err)
			case bad && structural && err == nil && !slices.Contains(beyondSchema, name):
				t.Error("Parse refuses it, the schema does not")
			}
		})
	}
}

// TestExamplesAreSpecs checks the complete services beside this package.
func TestExamplesAreSpecs(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	paths, err := filepath.Glob("../examples/*/keelback*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data := readFile(t, path)
		if _, err := Parse(path, data, nil); err != nil {
			t.Error(err)
		}
		if err := validate(schema, data); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate reads data as an editor would, and holds it against the schema.
func validate(schema *jsonschema.Schema, data []byte) error {
	var value any
	if err := yaml.Unmarshal(data, &value); err != nil {
		return err
	}
	asJSON, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	value, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

func section(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}
