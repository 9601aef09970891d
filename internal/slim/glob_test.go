package slim

import "testing"

func TestGlobs(t *testing.T) {
	t.Parallel()
	tests := []struct{ glob, path, want string }{
		{"a/b", "a/b", "a/b"},
		{"a/b", "a/b/c/d", "a/b"},
		{"a/b/", "a/b/c", "a/b"},
		{"a/b", "a/bc", ""},
		{"a/b", "a", ""},
		{"a", "b/a", ""},
		{"*.py", "a.py", "a.py"},
		{"*.py", "a/b.py", ""},
		{"a/*", "a/b/c", "a/b"},
		{"a/*_x*.so", "a/b_xy.c.so", "a/b_xy.c.so"},
		{"a/*_x*.so", "a/b_x.py", ""},
		{"a*a", "a", ""},
		{"a*a", "aa", "aa"},
		{"**/a", "a/b", "a"},
		{"**/a", "x/y/a/b/a", "x/y/a"},
		{"**/a/*.c", "a/a/x.c", "a/a/x.c"},
		{"*/**/tests", "tests/x", ""},
		{"*/**/tests", "a/tests/x", "a/tests"},
		{"*/**/tests", "a/b/c/tests", "a/b/c/tests"},
		{"a/**", "a", ""},
		{"a/**", "a/b/c", "a/b/c"},
		{"a/**/b/**/c", "a/x/b/b/y/c/z", "a/x/b/b/y/c"},
		{"**", "a/b", "a/b"},
		{"**/*.h", "../../../include/a.h", ""},
		{"*/**/tests", "../../../share/tests", ""},
		{"**", "../../../share/a", ""},
		{"../../../include", "../../../include/a.h", "../../../include"},
		{"../../../**/*.h", "../../../include/a.h", "../../../include/a.h"},
	}
	for _, tt := range tests {
		g, err := compile(tt.glob)
		if err != nil {
			t.Errorf("%s: %v", tt.glob, err)
		} else if got := g.match(tt.path); got != tt.want {
			t.Errorf("%s of %s: got %q, want %q", tt.glob, tt.path, got, tt.want)
		}
	}
}

func TestGlobsThatAreNone(t *testing.T) {
	t.Parallel()
	const others = "only * and ** stand for something else (a list takes several globs)"
	tests := map[string]string{
		"":          `glob "": an empty part (a path such as numpy/tests works)`,
		"a//b":      `glob "a//b": an empty part (a path such as numpy/tests works)`,
		"./a":       `glob "./a": an empty part (a path such as numpy/tests works)`,
		"a/../b":    `glob "a/../b": leads out of its folder`,
		"a**":       `glob "a**": ** stands alone between slashes`,
		"a?":        `glob "a?": ` + others,
		"a[b]":      `glob "a[b]": ` + others,
		"{a,b}":     `glob "{a,b}": ` + others,
		`a\b`:       `glob "a\\b": ` + others,
		"!a":        `glob "!a": ` + others,
		"/app/main": `glob "/app/main": neither of /opt/venv nor of the standard library (numpy/tests, or /opt/venv/lib/python3.13/site-packages/numpy/tests work)`,
	}
	for text, want := range tests {
		_, err := New(Options{Keep: []string{text}})
		if want = "keep: " + want; err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}
