package elf

import (
	"cmp"
	"slices"
)

// span is a part of a file: from an offset up to another.
type span struct{ from, to uint64 }

// merge sorts spans, joins those that overlap or touch and leaves out empty ones.
func merge(spans []span) []span {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return s.from >= s.to })
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.from <= out[last].to {
			out[last].to = max(out[last].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// without is what of some spans is in none of others. Both are merged.
func without(spans, others []span) []span {
	var out []span
	for _, s := range spans {
		for len(others) > 0 && others[0].to <= s.from {
			others = others[1:]
		}
		for _, o := range others {
			if o.from >= s.to {
				break
			}
			if s.from < o.from {
				out = append(out, span{s.from, o.from})
			}
			s.from = o.to
		}
		if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}
