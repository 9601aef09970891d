package lock

import (
	"regexp"

	"github.com/pelletier/go-toml/v2"
)

// document is a file of TOML as it is written, to be hashed as the tools do.
type document struct {
	file   string
	tables map[string]any
}

// readDocument reads a file that belongs to the lock. Without one it is nil.
func readDocument(f *found, name string) (*document, error) {
	d := &document{file: f.path(name)}
	data, ok := f.files[d.file]
	if !ok {
		return nil, nil
	}
	if err := toml.Unmarshal(data, &d.tables); err != nil {
		return nil, tomlError(d.file, err)
	}
	return d, nil
}

// table is the table at a path of keys, or nil.
func (d *document) table(keys ...string) map[string]any {
	t := d.tables
	for _, key := range keys {
		t, _ = t[key].(map[string]any)
	}
	return t
}

// texts are the strings of a list, without what is none.
func texts(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

var placeholders = regexp.MustCompile(`//\$\{[^}/@]*\}(?::\$\{[^}/@]*\})?@`)

// withoutPlaceholders is the URL of an index without what stands in a file for a user
// name and a password that are not there: https://${USER}:${PASSWORD}@example.com.
func withoutPlaceholders(address string) string {
	return placeholders.ReplaceAllString(address, "//")
}
