package spec

// Position is a place in a spec file.
type Position struct {
	// Line, counted from 1.
	Line int

	// Column in characters, not bytes, counted from 1.
	Column int
}

// before tells whether p comes before q in the file.
func (p Position) before(q Position) bool {
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Column < q.Column
}

// Range is a stretch of a spec file. End is the position just after its last
// character.
type Range struct {
	Start, End Position
}

// firstLine is where a problem is reported that has no better place.
var firstLine = Range{Start: Position{1, 1}, End: Position{1, 1}}
