package spec

import (
	"strings"
	"testing"
)

// TestParseBytes has the cases that are no text, or too much of it.
func TestParseBytes(t *testing.T) {
	t.Parallel()
	const good = "name: a\ncommand: [a]\n"
	for _, c := range []struct{ name, data, want string }{
		{"as big as allowed", good + strings.Repeat("#", maxSize-len(good)), ""},
		{"too big", good + strings.Repeat("#", maxSize-len(good)+1), "1:1: the file has 65537 bytes (at most 65536)"},
		{"UTF-8 with byte order mark", "\ufeff" + good, "1:1: the file begins with a byte order mark (save it as UTF-8 without BOM)"},
		{"UTF-16, little end first", "\xff\xfen\x00", "1:1: the file is UTF-16 (save it as UTF-8)"},
		{"UTF-16, big end first", "\xfe\xff\x00n", "1:1: the file is UTF-16 (save it as UTF-8)"},
		{"UTF-16 without mark", "n\x00a\x00", "1:2: a NUL character (the file is not text, or UTF-16: save it as UTF-8)"},
		{"Latin-1", good + "env: {A: \"\xe4\"}\n", "3:11: byte 0xe4 is not UTF-8 (save the file as UTF-8)"},
		{"surrogate", "a: \xed\xa0\x80", "1:4: byte 0xed is not UTF-8 (save the file as UTF-8)"},
		{"NUL", good + "a: \x00", "3:4: a NUL character (the file is not text, or UTF-16: save it as UTF-8)"},
		{"control character", "a: \x07", "1:4: invisible character U+0007 (in \"...\" it may be written as \"\\u0007\")"},
		{"old line end", "a: b\rc: d\n", "1:5: a carriage return without a line feed (end lines with LF)"},
		{"line end of Unicode", "# ä\u2028a: b\n", "1:4: invisible character U+2028 (in \"...\" it may be written as \"\\u2028\")"},
		{"next line", "a: \u0085", "1:4: invisible character U+0085 (in \"...\" it may be written as \"\\u0085\")"},
		{"mark in the middle", "a: \ufeff", "1:4: invisible character U+FEFF (in \"...\" it may be written as \"\\ufeff\")"},
		{"as deep as allowed", deep(maxDepth), "1:1: x: unknown key"},
		{"too deep", deep(maxDepth + 1), "2:101: nested more than 100 levels deep"},
		{"far too deep", deep(20000), "2:2: nested more than 100 levels deep"},
		{"deep blocks", "x:\n" + strings.Repeat("- ", 20000), "2:1: nested more than 100 levels deep"},
		{"many errors", good + "writable: [" + strings.Repeat("a, ", 500) + "]", "3:12: writable[0]:"},
		{"many items", good + "ports: [" + strings.Repeat("1, ", 1001) + "]", "3:8: ports: there are 1001 items here (at most 1000)"},
		{"many keys", manyKeys("", ": b\n"), "1:1: the spec has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("f", []byte(c.data), nil)
			first := ""
			if err != nil {
				first, _, _ = strings.Cut(strings.TrimPrefix(err.Error(), "f:"), "\n")
			}
			if c.want == "" && err != nil || !strings.HasPrefix(first, c.want) {
				t.Errorf("got  %s\nwant %s", first, c.want)
			}
		})
	}
}

func deep(levels int) string {
	lists := levels - len("{")
	return "x:\n " + strings.Repeat("[", lists) + "a" + strings.Repeat("]", lists) + "\n"
}

func TestErrorsAreCut(t *testing.T) {
	t.Parallel()
	_, err := Parse("f", []byte("name: a\ncommand: [a]\nwritable: ["+strings.Repeat("a, ", 500)+"]"), nil)
	lines := strings.Split(err.Error(), "\n")
	if got, want := lines[len(lines)-1], "f:3:312: 400 more errors"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReservedArg(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"BUILDKIT_INLINE_CACHE": true,
		"SOURCE_DATE_EPOCH":     true,
		"KEELBACK_MIRROR":       true,
		"HTTP_PROXY":            true,
		"https_proxy":           true,
		"NO_PROXY":              true,
		"buildkit_x":            false,
		"source_date_epoch":     false,
		"PROXY":                 false,
		"LOG_LEVEL":             false,
		"":                      false,
	} {
		if got := ReservedArg(name); got != want {
			t.Errorf("ReservedArg(%q) is %v", name, got)
		}
	}
}
