package golden

import "strings"

// Files gives the sections whose names begin with prefix, without it: a small file
// system for a test to read.
func (c *Case) Files(prefix string) map[string][]byte {
	files := map[string][]byte{}
	for _, f := range c.archive.Files {
		if name, ok := strings.CutPrefix(f.Name, prefix); ok {
			c.used[f.Name] = true
			files[name] = f.Data
		}
	}
	return files
}
