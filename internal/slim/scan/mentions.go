package scan

import (
	"maps"
	"slices"
	"sync"
)

// nobody is who names what a file names that stays in any case.
const nobody = -1

// mentions are which units are named by whom. Several goroutines may add to it.
type mentions struct {
	mu sync.Mutex
	by map[int]map[int]bool // what is named, by unit
}

func newMentions() *mentions { return &mentions{by: map[int]map[int]bool{}} }

// add notes that the files of a unit, or those of nobody, name others.
func (m *mentions) add(by int, named map[int]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by[by] == nil {
		m.by[by] = map[int]bool{}
	}
	for i := range named {
		if i != by {
			m.by[by][i] = true
		}
	}
}

// of is what the files of a unit name, sorted.
func (m *mentions) of(by int) []int { return slices.Sorted(maps.Keys(m.by[by])) }

// closure tells of each unit whether it is named by nobody's files, is one of roots, or
// is named by the files of a unit that is.
func (m *mentions) closure(roots []bool) []bool {
	named := slices.Clone(roots)
	queue := m.of(nobody)
	for i, isRoot := range roots {
		if isRoot {
			queue = append(queue, m.of(i)...)
		}
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		if !named[i] {
			named[i] = true
			queue = append(queue, m.of(i)...)
		}
	}
	return named
}
