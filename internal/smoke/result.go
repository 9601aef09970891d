//go:build linux

package smoke

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Write writes the result as JSON to a file, whose folder is there, with times that
// are the same in each build.
func (r *Result) Write(name string) error {
	out := *r
	if out.Warnings == nil {
		out.Warnings = []string{}
	}
	data, err := json.MarshalIndent(&out, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return err
	}
	at := time.Unix(0, 0)
	return errors.Join(os.Chtimes(name, at, at), os.Chtimes(filepath.Dir(name), at, at))
}

// warnf adds a warning to the result and the log.
func (t *trial) warnf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.notef("warning: %s", text)
	if !slices.Contains(t.result.Warnings, text) {
		t.result.Warnings = append(t.result.Warnings, text)
	}
}
