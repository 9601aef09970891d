package wheel

import (
	"fmt"
	"strings"
)

// maxMarkerDepth bounds parentheses inside each other. Tools write up to about five.
const maxMarkerDepth = 100

// ParseMarker parses an environment marker (PEP 508, with the sets of PEP 751). An empty
// text gives nil. What is not known is an error, never false: variables above all.
func ParseMarker(text string) (*Marker, error) {
	if strings.Trim(text, " \t") == "" {
		return nil, nil
	}
	p := &markerParser{lexer: markerLexer{text: text}}
	root, err := p.expression(0)
	if err == nil && p.peek().kind != tokenEnd {
		err = p.unexpected("and, or, or the end")
	}
	if err != nil {
		return nil, fmt.Errorf("marker %.200q: %w", text, err)
	}
	return &Marker{text: text, root: root}, nil
}

// markerParser is a recursive descent over the grammar of PEP 508.
type markerParser struct {
	lexer markerLexer
	next  *markerToken
}

func (p *markerParser) peek() markerToken {
	if p.next == nil {
		t := p.lexer.token()
		p.next = &t
	}
	return *p.next
}

func (p *markerParser) take() markerToken {
	t := p.peek()
	p.next = nil
	return t
}

func (p *markerParser) takeWord(word string) bool {
	if t := p.peek(); t.kind != tokenWord || t.text != word {
		return false
	}
	p.take()
	return true
}

func (p *markerParser) unexpected(want string) error {
	t := p.peek()
	if t.kind == tokenEnd {
		return fmt.Errorf("it ends where %s should be", want)
	}
	return fmt.Errorf("column %d: %.40q where %s should be", t.offset+1, t.text, want)
}

// expression reads alternatives of conjunctions.
func (p *markerParser) expression(depth int) (node, error) {
	if depth > maxMarkerDepth {
		return node{}, fmt.Errorf("too many parentheses inside each other (%d at most)", maxMarkerDepth)
	}
	var alternatives []node
	for {
		n, err := p.conjunction(depth)
		if err != nil {
			return node{}, err
		}
		alternatives = append(alternatives, n)
		if !p.takeWord("or") {
			break
		}
	}
	if len(alternatives) == 1 {
		return alternatives[0], nil
	}
	return node{any: alternatives}, nil
}

func (p *markerParser) conjunction(depth int) (node, error) {
	var all []node
	for {
		n, err := p.term(depth)
		if err != nil {
			return node{}, err
		}
		all = append(all, n)
		if !p.takeWord("and") {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return node{all: all}, nil
}

func (p *markerParser) term(depth int) (node, error) {
	if p.peek().kind == tokenOpen {
		p.take()
		n, err := p.expression(depth + 1)
		if err != nil {
			return node{}, err
		}
		if p.peek().kind != tokenClose {
			return node{}, p.unexpected(")")
		}
		p.take()
		return n, nil
	}
	c, err := p.comparison()
	return node{comparison: c}, err
}

func (p *markerParser) comparison() (*comparison, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	operator, err := p.operator()
	if err != nil {
		return nil, err
	}
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	if left.kind == right.kind {
		return nil, fmt.Errorf("column %d: %s and %s are compared (a variable with a quoted text)", left.offset+1, left.text, right.text)
	}
	c := &comparison{variable: left.text, operator: operator, text: right.text}
	if left.kind == tokenString {
		c.variable, c.text, c.reversed = right.text, left.text, true
	}
	return c, c.check()
}

// operand reads a variable, in its name of today, or a quoted text.
func (p *markerParser) operand() (markerToken, error) {
	t := p.peek()
	switch t.kind {
	case tokenString:
		return p.take(), nil
	case tokenWord:
		name, ok := markerVariable(t.text)
		if !ok {
			return t, fmt.Errorf("column %d: %.40q: unknown variable (those of PEP 508 and PEP 751)", t.offset+1, t.text)
		}
		p.take()
		t.text = name
		return t, nil
	}
	return t, p.unexpected("a variable or a quoted text")
}

func (p *markerParser) operator() (string, error) {
	switch t := p.peek(); {
	case t.kind == tokenOperator:
		return p.take().text, nil
	case p.takeWord("in"):
		return "in", nil
	case p.takeWord("not"):
		if !p.takeWord("in") {
			return "", p.unexpected("in")
		}
		return "not in", nil
	}
	return "", p.unexpected("an operator (<=, <, !=, ==, >=, >, ~=, ===, in, not in)")
}

// check refuses what no environment gives a meaning to, and prepares what can be.
func (c *comparison) check() error {
	member := c.operator == "in" || c.operator == "not in"
	switch c.variable {
	case "extra":
		if c.operator != "==" && c.operator != "!=" && c.operator != "===" {
			return fmt.Errorf("extra %s (== or !=)", c.operator)
		}
		c.text = NormalName(c.text)
		return nil
	case "extras", "dependency_groups":
		if !member || !c.reversed {
			return fmt.Errorf("%s %s (it is a set: 'NAME' in %s)", c.variable, c.operator, c.variable)
		}
		c.text = NormalName(c.text)
		return nil
	}
	if !isVersionVariable(c.variable) || member {
		if c.operator == "~=" {
			return fmt.Errorf("%s ~= (that operator is for versions)", c.variable)
		}
		return nil
	}
	if c.reversed {
		return nil
	}
	s, err := newSpecifier(c.operator, c.text)
	if err == nil {
		c.version = &s
	} else if c.operator == "~=" || c.operator == "===" {
		return fmt.Errorf("%s: %w", c.variable, err)
	}
	return nil
}
