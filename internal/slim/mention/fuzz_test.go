package mention_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/slim/mention"
)

// Any text is read to its end. What is imported is a dotted name without empty parts,
// and each string lies in the text as it is given.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"import os, x.y as z", "from . import (a,\n b)", "from ..x import *\\", "f'{x[\"a\"]}' '''b", "x = r'\\'",
		"\ufeff#\n'''doc'''\nf\"{{\"", "from import import", "t'{f\"{x}\"}", "import \\\n\\",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		mention.Source{
			Package: "a.b",
			Import: func(module string) {
				for part := range strings.SplitSeq(module, ".") {
					if part == "" {
						t.Errorf("%q is imported", module)
					}
				}
			},
			Literal: func(literal []byte) {
				if !bytes.Contains(text, literal) {
					t.Errorf("%q is not in the text", literal)
				}
			},
		}.Read(text)
	})
}
