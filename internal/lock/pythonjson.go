package lock

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// pythonJSON writes values of TOML as Python's json.dumps(value, sort_keys=True) does,
// which tools hash into their locks. It is not ok for numbers with a point and for
// times, which Python writes in ways of its own.
func pythonJSON(value any) (text string, ok bool) { return jsonStyle{", ", ": "}.text(value) }

// compactJSON is the same with separators=(",", ":").
func compactJSON(value any) (text string, ok bool) { return jsonStyle{",", ":"}.text(value) }

type jsonStyle struct{ comma, colon string }

func (s jsonStyle) text(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "null", true
	case string:
		return pythonString(v), true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case []any:
		return s.list(v)
	case map[string]any:
		return s.table(v)
	}
	return "", false
}

func (s jsonStyle) list(values []any) (string, bool) {
	var parts []string
	for _, v := range values {
		text, ok := s.text(v)
		if !ok {
			return "", false
		}
		parts = append(parts, text)
	}
	return "[" + strings.Join(parts, s.comma) + "]", true
}

func (s jsonStyle) table(values map[string]any) (string, bool) {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		text, ok := s.text(values[key])
		if !ok {
			return "", false
		}
		parts = append(parts, pythonString(key)+s.colon+text)
	}
	return "{" + strings.Join(parts, s.comma) + "}", true
}

// pythonString writes all but ASCII as units of UTF-16.
func pythonString(text string) string {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if escape, ok := short[r]; ok {
			b.WriteString(escape)
			continue
		}
		if r >= ' ' && r < 0x7f {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	b.WriteByte('"')
	return b.String()
}
