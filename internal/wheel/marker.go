package wheel

import (
	"slices"
	"strings"
)

// Marker is a parsed environment marker (PEP 508, PEP 751). Nil is true.
type Marker struct {
	text string
	root node
}

// node is a part of a marker: one comparison, or others of which all or any must hold.
type node struct {
	comparison *comparison
	all, any   []node
}

// comparison is a variable compared to a text.
type comparison struct {
	variable string
	operator string
	text     string // normalised where names are compared
	reversed bool   // the text is on the left

	// version is the text with its operator where both are a version specifier and the
	// variable is a version. Nil: they are compared as strings.
	version *specifier
}

// String is the marker as it was written. It is empty for nil.
func (m *Marker) String() string {
	if m == nil {
		return ""
	}
	return m.text
}

// Match evaluates a marker.
func (m *Marker) Match(env Environment) bool { return m == nil || m.root.match(env) }

func (n node) match(env Environment) bool {
	switch {
	case n.comparison != nil:
		return n.comparison.match(env)
	case n.any != nil:
		return slices.ContainsFunc(n.any, func(n node) bool { return n.match(env) })
	}
	return !slices.ContainsFunc(n.all, func(n node) bool { return !n.match(env) })
}

func (c *comparison) match(env Environment) bool {
	switch c.variable {
	case "extra":
		return slices.Contains(env.Extra, c.text) == (c.operator != "!=")
	case "extras":
		return slices.Contains(env.Extras, c.text) == (c.operator == "in")
	case "dependency_groups":
		return slices.Contains(env.Groups, c.text) == (c.operator == "in")
	}
	value := env.Variables[c.variable]
	if !c.reversed {
		if c.version != nil {
			return c.version.contains(value)
		}
		return matchStrings(value, c.operator, c.text)
	}
	if isVersionVariable(c.variable) && isVersionOperator(c.operator) {
		if s, err := newSpecifier(c.operator, value); err == nil {
			return s.contains(c.text)
		}
	}
	return matchStrings(c.text, c.operator, value)
}

// matchStrings compares what are no versions. The order of two texts means nothing, so
// that neither is less than the other ("dependency specifiers", marker operators).
func matchStrings(left, operator, right string) bool {
	switch operator {
	case "==", "===", "<=", ">=":
		return left == right
	case "!=":
		return left != right
	case "in":
		return strings.Contains(right, left)
	case "not in":
		return !strings.Contains(right, left)
	}
	return false
}

// isVersionVariable tells of variables that are compared as versions where they can be.
func isVersionVariable(name string) bool {
	switch name {
	case "python_version", "python_full_version", "implementation_version", "platform_release":
		return true
	}
	return false
}

func isVersionOperator(operator string) bool { return operator != "in" && operator != "not in" }
