package lock

import (
	"errors"
	"fmt"
	"slices"
)

// dnf is a marker as alternatives of conjunctions of comparisons. None of them holds
// for another: what follows from one alternative is not another. Without alternatives
// it is false, with an empty one true.
type dnf []conjunction

// conjunction are the texts of comparisons, sorted.
type conjunction []string

// maxAlternatives is many times what the marker of any package needs.
const maxAlternatives = 1000

var errAlternatives = errors.New("too many ways lead to a package (keelback lock of a pylock.toml, or fewer groups and extras)")

// atoms are what the texts of conjunctions stand for, and the texts of their
// opposites.
type atoms struct {
	exprs    map[string]markerExpr
	opposite map[string]string
}

func newAtoms() *atoms {
	return &atoms{map[string]markerExpr{}, map[string]string{}}
}

// dnf brings a marker into that form.
func (c *atoms) dnf(m markerExpr) (dnf, error) {
	if m.comparison != nil {
		text := m.String()
		c.exprs[text] = m
		if opposite, ok := m.not(); ok {
			c.opposite[text] = opposite.String()
		}
		return dnf{{text}}, nil
	}
	var result dnf
	if !m.any {
		result = dnf{{}}
	}
	for _, part := range m.parts {
		d, err := c.dnf(part)
		if err != nil {
			return nil, err
		}
		if m.any {
			result, _, err = result.or(d)
		} else {
			result, err = c.and(result, d)
		}
		if err != nil {
			return nil, err
		}
	}
	return result, nil
}

// or tells also whether that changes anything.
func (d dnf) or(others dnf) (result dnf, changed bool, err error) {
	for _, o := range others {
		if slices.ContainsFunc(d, func(c conjunction) bool { return c.subset(o) }) {
			continue
		}
		d = append(slices.DeleteFunc(slices.Clone(d), o.subset), o)
		changed = true
	}
	if len(d) > maxAlternatives {
		return nil, false, errAlternatives
	}
	return d, changed, nil
}

// subset tells whether all of the comparisons are among the others.
func (c conjunction) subset(others conjunction) bool {
	for _, text := range c {
		if _, ok := slices.BinarySearch(others, text); !ok {
			return false
		}
	}
	return true
}

func (c *atoms) and(d, others dnf) (dnf, error) {
	var result dnf
	for _, a := range d {
		var products dnf
		for _, b := range others {
			both := slices.Concat(a, b)
			slices.Sort(both)
			if both = slices.Compact(both); !c.contradicts(both) {
				products = append(products, both)
			}
		}
		var err error
		if result, _, err = result.or(products); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// contradicts tells whether a comparison and its opposite have to hold.
func (c *atoms) contradicts(all conjunction) bool {
	return slices.ContainsFunc(all, func(text string) bool {
		_, found := slices.BinarySearch(all, c.opposite[text])
		return found
	})
}

// not is the opposite of a marker.
func (c *atoms) not(d dnf) (dnf, error) {
	m, ok := c.expr(d).not()
	if !ok {
		return nil, fmt.Errorf("more than one version of a package, and a marker without opposite: %s", c.expr(d))
	}
	return c.dnf(m)
}

// expr is the marker again.
func (c *atoms) expr(d dnf) markerExpr {
	var alternatives []markerExpr
	for _, conjunction := range d {
		var all []markerExpr
		for _, text := range conjunction {
			all = append(all, c.exprs[text])
		}
		alternatives = append(alternatives, allOf(all...))
	}
	sortExprs(alternatives)
	return anyOf(alternatives...)
}
