package spec

import (
	"errors"
	"io"
	"strings"
	"testing"
)

const positions = `# a comment
name: orders  # another
command: [python, -m,
  orders,   # the module
]
ports:
- 80
- 81
env:
  PLAIN: two words   # c
  DOUBLE: "a \" # b"
  SINGLE: 'it''s # b'
  FOLDED: one
    two
  BLOCK: |
    one

      two

  # after the block
  MAPPING: {value: x, not_secret: true}
  WIDE: "ü"  # c
labels: {}
args:
  LAST: end
`

func TestRange(t *testing.T) {
	t.Parallel()
	s, err := Parse("keelback.yaml", []byte(positions), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want string
		ok   bool
	}{
		{"name", "orders", true},
		{"command", "[python, -m,\n  orders,   # the module\n]", true},
		{"command[0]", "python", true},
		{"command[2]", "orders", true},
		{"ports", "ports:\n- 80\n- 81", true},
		{"ports[1]", "81", true},
		{"env.PLAIN", "two words", true},
		{"env.DOUBLE", `"a \" # b"`, true},
		{"env.SINGLE", "'it''s # b'", true},
		{"env.FOLDED", "one\n    two", true},
		{"env.BLOCK", "|\n    one\n\n      two", true},
		{"env.MAPPING", "{value: x, not_secret: true}", true},
		{"env.MAPPING.not_secret", "true", true},
		{"env.WIDE", `"ü"`, true},
		{"labels", "{}", true},
		{"args", "args:\n  LAST: end", true},
		{"ports[7]", "ports:\n- 80\n- 81", false},
		{"args.NONE", "args:\n  LAST: end", false},
		{"env.MAPPING.none.more", "{value: x, not_secret: true}", false},
		{"runtime.base", "orders", false},
		{"", "orders", false},
	} {
		r, ok := s.Range(c.path)
		if got := cut(s.Data(), r); got != c.want || ok != c.ok {
			t.Errorf("Range(%q) is %q, %v; want %q, %v", c.path, got, ok, c.want, c.ok)
		}
	}
}

// cut gives the text of a range.
func cut(data []byte, r Range) string {
	text := newText(data)
	return string(data[text.offset(r.Start.Line, r.Start.Column):text.offset(r.End.Line, r.End.Column)])
}

func TestErrorfHasTheFormOfParse(t *testing.T) {
	t.Parallel()
	s, err := Parse("keelback.yaml", []byte("name: a\ncommand: [a]\nruntime: alpine\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{"name", "keelback.yaml:1:7: name: no a"},
		{"command[0]", "keelback.yaml:2:11: command[0]: no a"},
		{"runtime.base", "keelback.yaml:3:10: runtime: no a"},
		{"dependencies.lock", "keelback.yaml:1:7: dependencies.lock: no a"},
		{"", "keelback.yaml:1:7: no a"},
	} {
		if got := s.Errorf(c.path, "no %s", "a").Error(); got != c.want {
			t.Errorf("Errorf(%q) is %q, want %q", c.path, got, c.want)
		}
	}
}

func TestErrorsCanBeTakenApart(t *testing.T) {
	t.Parallel()
	_, err := Parse("keelback.yaml", []byte("name: a\ncommand: []\nports: [0]\n"), nil)
	var first *Error
	if !errors.As(err, &first) || first.Path != "command" || first.Filename != "keelback.yaml" {
		t.Errorf("the first error is %+v", first)
	}
	s, err := Parse("keelback.yaml", []byte("name: a\ncommand: [a]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Errorf("name", "%w, so what", io.EOF); !errors.Is(err, io.EOF) {
		t.Errorf("%v does not wrap its cause", err)
	}
	if s.Filename() != "keelback.yaml" {
		t.Errorf("the file is %q", s.Filename())
	}
}

func TestWindowsLineEndsDoNotMovePositions(t *testing.T) {
	t.Parallel()
	windows := strings.ReplaceAll(positions, "\n", "\r\n")
	a, err := Parse("keelback.yaml", []byte(positions), nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("keelback.yaml", []byte(windows), nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range a.source.ranges {
		if got := b.source.ranges[path]; got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
