package mention_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/slim/mention"
)

// read is what a source in the package a.b mentions: imports, and strings in quotes.
func read(text string) []string {
	out := []string{}
	mention.Source{
		Package: "a.b",
		Import:  func(module string) { out = append(out, module) },
		Literal: func(text []byte) { out = append(out, "'"+string(text)+"'") },
	}.Read([]byte(text))
	return out
}

func TestImportsAndStrings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"modules", "import os, x.y as z,\\\n  w", []string{"os", "x.y", "w"}},
		{"names of a module", "from x.y import p, q as r", []string{"x.y", "x.y.p", "x.y.q"}},
		{"in brackets", "from x import ( # why\n  p, # what\n\n  q as r,\n)\nimport s", []string{"x", "x.p", "x.q", "s"}},
		{"everything", "from x import *", []string{"x"}},
		{"from the same package", "from . import c", []string{"a.b", "a.b.c"}},
		{"from a module of it", "from .c import d", []string{"a.b.c", "a.b.c.d"}},
		{"from one above", "from .. import c\nfrom ..d import e", []string{"a", "a.c", "a.d", "a.d.e"}},
		{"from outside of all packages", "from ... import c\nfrom ....d import e", []string{}},
		{"in a function", "def f():\n\timport x\n\tfrom y import z", []string{"x", "y", "y.z"}},
		{"behind a colon or a semicolon", "try: import x\nexcept E: pass; import y", []string{"x", "y"}},
		{"with a mark of byte order and other line ends", "\ufeffimport x\r\nimport y\r\n", []string{"x", "y"}},
		{"that are none", "yield from x\nraise e from import_error\nimporter = 1\nf(a).from_(b)", []string{}},
		{"without an end", "import", []string{}},
		{"without a module", "from\nfrom x\nfrom . import\nfrom x import (", []string{"a.b", "x"}},
		{"strings", `f("a", 'b' "c", """d"e""")`, []string{"'a'", "'b'", "'c'", `'d"e'`}},
		{"with prefixes", `x = r"a\"b", Rb'c', u"d", notaprefix"e"`, []string{`'a\"b'`, "'c'", "'d'", "'e'"}},
		{"that are docstrings", "'''one'''\ndef f():\n  \"two\"  # why\n  'three'; return 'four'\n", []string{"'four'"}},
		{"that only look like docstrings", "f(\n'a'\n)\nx = (\n  'b'\n)\n'c'.upper()\ng = lambda: 'd'\n", []string{"'a'", "'b'", "'c'", "'d'"}},
		{"with escapes", `x = "a\"b", 'c\\'` + ", 'd\\\ne'", []string{`'a\"b'`, `'c\\'`, "'d\\\ne'"}},
		{"in formatted strings", `x = f"{a['tests']}/b" f'{{c' t"{f("d")}"`, []string{"'tests'", "'{a['tests']}/b'", "'{{c'", "'d'", `'{f("d")}'`}},
		{"without an end", "x = 'a\nimport b\ny = \"\"\"c", []string{"'a'", "b", "'c'"}},
		{"in comments", "# import x, 'a'\nx = 1 # 'b'\n", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, read(tt.text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
