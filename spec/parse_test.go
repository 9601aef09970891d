package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
)

// TestParse runs the cases in testdata. Each has a spec, and either the errors or
// what of the result is not zero; `args` are build arguments, a line each.
func TestParse(t *testing.T) {
	t.Parallel()
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		data, _ := c.Input("keelback.yaml")
		s, err := Parse("keelback.yaml", data, buildArgs(c))
		if err != nil {
			c.Compare("errors", []byte(err.Error()))
			c.Compare("spec", nil)
			return
		}
		c.Compare("errors", nil)
		c.Compare("spec", []byte(strings.Join(leaves("", reflect.ValueOf(*s)), "\n")))
	})
}

func buildArgs(c *golden.Case) map[string]string {
	lines, _ := c.Input("args")
	args := map[string]string{}
	for line := range strings.Lines(string(lines)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		args[name] = value
	}
	return args
}

// leaves lists all values below v that are not zero, as `PATH: VALUE`.
func leaves(path string, v reflect.Value) []string {
	var lines []string
	switch {
	case v.IsZero():
	case v.Kind() == reflect.Pointer:
		return leaves(path, v.Elem())
	case v.Kind() == reflect.Struct:
		for _, f := range fields(v.Type()) {
			lines = append(lines, leaves(child(path, f.key), v.Field(f.index))...)
		}
	case v.Kind() == reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			lines = append(lines, leaves(child(path, key.String()), v.MapIndex(key))...)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			lines = append(lines, leaves(fmt.Sprintf("%s[%d]", path, i), v.Index(i))...)
		}
	case v.Type() == durationType:
		lines = append(lines, fmt.Sprintf("%s: %v", path, v.Interface()))
	case v.Kind() == reflect.String:
		lines = append(lines, fmt.Sprintf("%s: %q", path, v.String()))
	default:
		lines = append(lines, fmt.Sprintf("%s: %v", path, v.Interface()))
	}
	return lines
}
