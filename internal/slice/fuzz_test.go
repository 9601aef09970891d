package slice

import (
	"bytes"
	"testing"
)

func FuzzLoads(f *testing.F) {
	f.Add([]byte("if sys.platform == 'darwin':\n  CDLL('x')\nelse:\n\tfind_library(\"y\""))
	f.Add(bytes.Repeat([]byte(" CDLL('x')\n"), 2*maxLoads))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := 1 + bytes.Count(text, []byte("\n"))
		for _, l := range loads(text) {
			if l.line < 1 || l.line > lines || len(l.names) == 0 || !MayLoad(text) {
				t.Errorf("%q: got %+v", text, l)
			}
		}
	})
}
