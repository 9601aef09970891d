package spec

import (
	"reflect"
	"strconv"
	"strings"
)

// field is what the struct tags of the spec's types say about one value.
//
//	yaml      its key
//	required  "true": the key must be there
//	default   the value of a key that is not there, as in YAML
//	example   the value in the documentation and in messages, as in YAML; a text
//	          that has no example may be empty
//	range     the lowest and highest number, such as "1..65535"
//	zero      why 0 is not in that range
//	short     "true": the whole mapping may be written as this one value
type field struct {
	key, def, example, zero string
	required, short         bool
	lowest, highest         int
	index                   int
}

// fields gives the fields of a struct that are keys of a mapping, in order.
func fields(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		next := field{
			key:      f.Tag.Get("yaml"),
			def:      f.Tag.Get("default"),
			example:  f.Tag.Get("example"),
			zero:     f.Tag.Get("zero"),
			required: f.Tag.Get("required") == "true",
			short:    f.Tag.Get("short") == "true",
			index:    i,
		}
		// A tag that is no range leaves 0..0; a test reads them all.
		lowest, highest, _ := strings.Cut(f.Tag.Get("range"), "..")
		next.lowest, _ = strconv.Atoi(lowest)
		next.highest, _ = strconv.Atoi(highest)
		fs = append(fs, next)
	}
	return fs
}

// keysOf lists the keys of fields.
func keysOf(fs []field) []string {
	keys := make([]string, len(fs))
	for i, f := range fs {
		keys[i] = f.key
	}
	return keys
}

// shortForm gives the field that a scalar stands for where a mapping could be.
func shortForm(fs []field) (field, bool) {
	for _, f := range fs {
		if f.short {
			return f, true
		}
	}
	return field{}, false
}

// such gives the example of a field for the end of a message.
func (f field) such() string {
	if f.example == "" {
		return ""
	}
	return ", such as " + strings.TrimSpace(f.example)
}
