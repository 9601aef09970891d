package lock

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// markerExpr is a marker (PEP 508) that is still being put together: one comparison,
// or others of which all or any must hold. All of none is true, any of none false.
type markerExpr struct {
	comparison []string // left, operator, right, as they are written
	any        bool
	parts      []markerExpr
}

func atom(left, operator, right string) markerExpr {
	return markerExpr{comparison: []string{left, operator, right}}
}

// named asks whether a set of PEP 751, extras or dependency_groups, has a name.
func named(name, set string) markerExpr { return atom(quote(name), "in", set) }

// quote writes a text of a marker, which has no escapes.
func quote(text string) string {
	if strings.Contains(text, "'") {
		return `"` + text + `"`
	}
	return "'" + text + "'"
}

func allOf(parts ...markerExpr) markerExpr { return combine(false, parts) }

func anyOf(parts ...markerExpr) markerExpr { return combine(true, parts) }

// combine leaves out what changes nothing, and what was there before.
func combine(any bool, parts []markerExpr) markerExpr {
	whole := markerExpr{any: any}
	seen := map[string]bool{}
	for _, p := range parts {
		if p.constant(any) {
			return p
		}
		inner := []markerExpr{p}
		if p.comparison == nil && p.any == any {
			inner = p.parts
		}
		for _, p := range inner {
			if text := p.String(); !p.constant(!any) && !seen[text] {
				seen[text] = true
				whole.parts = append(whole.parts, p)
			}
		}
	}
	if len(whole.parts) == 1 {
		return whole.parts[0]
	}
	return whole
}

// constant tells whether the marker is true, or false, whatever the target.
func (m markerExpr) constant(value bool) bool {
	return m.comparison == nil && len(m.parts) == 0 && m.any != value
}

// String is the marker's text. It is empty where the marker is true, and `<empty>`,
// as Poetry writes it, where it is false.
func (m markerExpr) String() string {
	switch {
	case m.comparison != nil:
		return strings.Join(m.comparison, " ")
	case m.constant(true):
		return ""
	case m.constant(false):
		return neverMarker
	}
	var texts []string
	for _, p := range m.parts {
		text := p.String()
		if p.comparison == nil {
			text = "(" + text + ")"
		}
		texts = append(texts, text)
	}
	if m.any {
		return strings.Join(texts, " or ")
	}
	return strings.Join(texts, " and ")
}

// neverMarker is how Poetry writes a marker that never holds. PEP 508 has none.
const neverMarker = "<empty>"

// not is the opposite of a marker: not ok where a comparison has none.
func (m markerExpr) not() (opposite markerExpr, ok bool) {
	if m.comparison != nil {
		operator, ok := opposites()[m.comparison[1]]
		return atom(m.comparison[0], operator, m.comparison[2]), ok
	}
	var parts []markerExpr
	for _, p := range m.parts {
		opposite, ok := p.not()
		if !ok {
			return markerExpr{}, false
		}
		parts = append(parts, opposite)
	}
	return combine(!m.any, parts), true
}

func opposites() map[string]string {
	return map[string]string{
		"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in",
	}
}

// replaceExtras puts something else in the place of each `extra == 'x'`, and its
// opposite in that of `extra != 'x'`.
func (m markerExpr) replaceExtras(with func(name string) markerExpr) (markerExpr, error) {
	if m.comparison == nil {
		var parts []markerExpr
		for _, p := range m.parts {
			replaced, err := p.replaceExtras(with)
			if err != nil {
				return m, err
			}
			parts = append(parts, replaced)
		}
		return combine(m.any, parts), nil
	}
	left, operator, right := m.comparison[0], m.comparison[1], m.comparison[2]
	if right == "extra" {
		left, right = right, left
	}
	if left != "extra" {
		return m, nil
	}
	has := with(wheel.NormalName(strings.Trim(right, `'"`)))
	switch operator {
	case "==", "===":
		return has, nil
	case "!=":
		opposite, ok := has.not()
		if ok {
			return opposite, nil
		}
	}
	return m, fmt.Errorf("extra %s (== or !=)", operator)
}

// markerToken is one of: a quoted text, an operator, a parenthesis, a word.
var markerToken = regexp.MustCompile(`'[^']*'|"[^"]*"|[<>=!~]+|[()]|[A-Za-z0-9_.]+`)

// parseMarkerExpr takes a marker apart. An empty text is true.
func parseMarkerExpr(text string) (markerExpr, error) {
	switch strings.TrimSpace(text) {
	case "", "*":
		return markerExpr{}, nil
	case neverMarker:
		return markerExpr{any: true}, nil
	}
	// What follows relies on it: a marker that parses has a comparison or a
	// parenthesis wherever it wants one.
	if _, err := wheel.ParseMarker(text); err != nil {
		return markerExpr{}, err
	}
	p := &exprParser{tokens: markerToken.FindAllString(text, -1)}
	return p.alternatives(), nil
}

type exprParser struct{ tokens []string }

func (p *exprParser) take(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *exprParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *exprParser) alternatives() markerExpr {
	any := []markerExpr{p.conjunction()}
	for p.take("or") {
		any = append(any, p.conjunction())
	}
	return anyOf(any...)
}

func (p *exprParser) conjunction() markerExpr {
	all := []markerExpr{p.term()}
	for p.take("and") {
		all = append(all, p.term())
	}
	return allOf(all...)
}

func (p *exprParser) term() markerExpr {
	if p.take("(") {
		m := p.alternatives()
		p.take(")")
		return m
	}
	left, operator := p.next(), p.next()
	if operator == "not" {
		operator += " " + p.next()
	}
	return atom(requote(left), operator, requote(p.next()))
}

// requote gives a text the quotes of all others, so that the same comparison is the
// same text.
func requote(token string) string {
	if strings.HasPrefix(token, `"`) {
		return quote(strings.Trim(token, `"`))
	}
	return token
}

// sortExprs orders markers by their text.
func sortExprs(all []markerExpr) {
	slices.SortFunc(all, func(a, b markerExpr) int { return strings.Compare(a.String(), b.String()) })
}
