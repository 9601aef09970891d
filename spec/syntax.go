package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// secondDocument is the error for a file of more than one YAML document.
type secondDocument struct{ at Position }

func (secondDocument) Error() string {
	return "a second document begins here (a spec is one document)"
}

// decodeYAML gives the root of the one document in r, or nil where there is none.
func decodeYAML(r io.Reader) (root *yaml.Node, err error) {
	// The library panics on some input; a spec must not bring down its reader.
	defer func() {
		if problem := recover(); problem != nil {
			root, err = nil, fmt.Errorf("yaml: %v", problem)
		}
	}()
	decoder := yaml.NewDecoder(r)
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&more); err == nil {
		return nil, secondDocument{Position{more.Line, more.Column}}
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return doc.Content[0], nil
}

// syntaxErrors are what the library says about input that is no YAML, and what to
// say instead.
var syntaxErrors = []struct{ says, means string }{
	{"mapping values are not allowed", strayColon},
	{"did not find expected key", "this is no key of the mapping above it (check the indentation, quotes and brackets)"},
	{"did not find expected '-' indicator", `this is no item of the list above it (check the indentation; an item begins with "- ")`},
	{"block sequence entries are not allowed", "a list item where none can be (begin the list on a line of its own)"},
	{"could not find expected ':'", keyWithoutColon},
	{"found unexpected end of stream", "a quote that is not closed"},
	{"did not find expected ',' or ']'", `a "[" that is not closed, or a "," is missing`},
	{"did not find expected ',' or '}'", `a "{" that is not closed, or a "," is missing`},
	{"did not find expected node content", "a bracket that is not closed, or a value is missing"},
	{"tab character", tabbed},
	{"found character that cannot start any token", "a character that no value can begin with (write the text in quotes)"},
	{"found unknown escape character", `an unknown escape in "..." (write the text in '...', or the backslash twice)`},
	{"unknown anchor", aliased},
	{"did not find expected alphabetic or numeric character", aliased},
	{"exceeded max depth", "nested more than 100 levels deep"},
	{"found incompatible YAML document", "a version of YAML that is not known (remove the line)"},
	{"<document start>", "this does not belong to the mapping above it (check the indentation)"},
}

const (
	strayColon      = `a ": " where no key can be (check the indentation; write a text with ": " in quotes)`
	keyWithoutColon = `a key without ": " after it`
	tabbed          = "a tab in the indentation (use spaces)"
	aliased         = "a value that begins with * or & (write the text in quotes; a spec has no anchors and aliases)"
)

// explain says where and what stops the parser.
func explain(data []byte, err error) (Range, string) {
	var second secondDocument
	if errors.As(err, &second) {
		return Range{second.at, second.at}, err.Error()
	}
	t := newText(data)
	number := t.lineOfError()
	line := t.line(number)
	msg := "the file is no YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
	for _, e := range syntaxErrors {
		if strings.Contains(msg, e.says) {
			msg = e.means
			break
		}
	}
	switch indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]; {
	case bytes.ContainsRune(indent, '\t'):
		msg = tabbed
	case msg == strayColon && !bytes.Contains(line, []byte(": ")) && !bytes.HasSuffix(line, []byte(":")):
		msg = keyWithoutColon
	}
	return t.lineRange(number), msg
}

// lineOfError is the line of a syntax error. The library tells a line at most, and
// often that of another place. So this is the first line which cannot be added to
// the lines before it, searched upwards from where the parser gave up.
func (t *text) lineOfError() int {
	line := t.position(stopOffset(t.data)).Line
	// The search is given up where it would be slow: in a big file the place where
	// the parser stopped has to do.
	for budget := maxSize; line > 1; line-- {
		before := t.data[:t.lines[line-1]]
		if budget -= len(before); budget < 0 || isMapping(before) {
			break
		}
	}
	return line
}

// isMapping tells whether data is a mapping, or nothing yet.
func isMapping(data []byte) bool {
	root, err := decodeYAML(bytes.NewReader(data))
	return err == nil && (root == nil || root.Kind == yaml.MappingNode)
}

// stopOffset is the last byte that the parser reads before it gives up.
func stopOffset(data []byte) int {
	r := &byteReader{rest: data}
	_, _ = decodeYAML(r) // it fails, as it did before
	return max(0, len(data)-len(r.rest)-1)
}

// byteReader gives one byte at a time, so that the parser reads no further than it
// has to.
type byteReader struct{ rest []byte }

func (r *byteReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
