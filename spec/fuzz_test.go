package spec

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzParse checks what holds for any input: no panic, either a spec or errors,
// and each error in the file, in order, on one line.
func FuzzParse(f *testing.F) {
	for _, data := range seeds(f) {
		f.Add(data, "debug")
	}
	for _, data := range attacks() {
		if len(data) < 2000 {
			f.Add([]byte(data), "")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, level string) {
		before := bytes.Clone(data)
		s, err := Parse("keelback.yaml", data, map[string]string{"LEVEL": level})
		if !bytes.Equal(before, data) {
			t.Fatal("the input was changed")
		}
		if err == nil {
			checkRanges(t, &s.source)
			return
		}
		var errs Errors
		if s != nil || !errors.As(err, &errs) || len(errs) == 0 || len(errs) > maxErrors+1 {
			t.Fatalf("got %v and %T %v", s, err, err)
		}
		last := Position{1, 1}
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, e := range errs {
			if strings.ContainsAny(e.Msg, "\r\n") || e.Msg == "" {
				t.Errorf("message %q", e.Msg)
			}
			if start := e.Range.Start; start.before(last) || start.Line > lines || start.Column < 1 {
				t.Errorf("%v comes after %v, in a file of %d lines", e, last, lines)
			}
			last = e.Range.Start
		}
	})
}

// checkRanges checks that all ranges are in the file and none ends before it starts.
func checkRanges(t *testing.T, s *source) {
	t.Helper()
	text := newText(s.data)
	for path, r := range s.ranges {
		if r.End.before(r.Start) || text.end().before(r.End) {
			t.Errorf("%s: %v", path, r)
		}
	}
}

// seeds are the specs of all cases in testdata.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	var all [][]byte
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			if file.Name == "keelback.yaml" {
				all = append(all, file.Data)
			}
		}
	}
	return all
}
