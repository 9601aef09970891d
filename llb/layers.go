package llb

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/lock"
)

const (
	// aloneSize is the size in bytes of a wheel from which on it has a layer of its
	// own.
	aloneSize = 2 << 20

	// sharedSize is how many bytes of wheels share one layer, about.
	sharedSize = 4 << 20
)

// group is a set of distributions that share a layer.
type group struct {
	name  string
	dists []lock.Distribution // sorted by name
}

func (g group) size() int64 {
	var n int64
	for _, d := range g.dists {
		n += d.Wheel.Size
	}
	return n
}

// groupWheels spreads distributions over at most budget layers. The big ones are
// alone. Which layer a small one shares is decided by its own name, so that
// another version of it, or a package more or less, leaves the other layers alone.
// Packages whose names begin alike (google-, opentelemetry-) stay together: they
// are released together, and some share a namespace.
func groupWheels(dists []lock.Distribution, budget int) []group {
	families := families(dists)
	slices.SortStableFunc(families, func(a, b group) int { return cmp.Compare(b.size(), a.size()) })
	var alone, small []group
	for _, f := range families {
		if f.size() >= aloneSize && len(alone) < budget-1 {
			alone = append(alone, f)
		} else {
			small = append(small, f)
		}
	}
	groups := append(alone, shared(small, budget-len(alone))...)
	slices.SortFunc(groups, func(a, b group) int { return strings.Compare(a.name, b.name) })
	return groups
}

// shared spreads families over at most n layers.
func shared(families []group, n int) []group {
	var size int64
	for _, f := range families {
		size += f.size()
	}
	n = int(min(int64(n), 1+size/sharedSize))
	buckets := map[int][]lock.Distribution{}
	for _, f := range families {
		b := bucket(f.name, n)
		buckets[b] = append(buckets[b], f.dists...)
	}
	var groups []group
	for b := range n {
		if dists := buckets[b]; len(dists) > 0 {
			sortByName(dists)
			groups = append(groups, group{"packages " + strconv.Itoa(b+1), dists})
		}
	}
	return groups
}

// bucket is the layer of a name, of n. With another n, as few names as can be move.
func bucket(name string, n int) int {
	best, highest := 0, uint64(0)
	for b := range n {
		h := fnv.New64a()
		h.Write([]byte(strconv.Itoa(b) + "/" + name))
		if sum := h.Sum64(); b == 0 || sum > highest {
			best, highest = b, sum
		}
	}
	return best
}

// families puts those together whose names have the same first word, where that is
// the case for more than one.
func families(dists []lock.Distribution) []group {
	byWord := map[string][]lock.Distribution{}
	for _, d := range dists {
		word, _, _ := strings.Cut(d.Name, "-")
		byWord[word] = append(byWord[word], d)
	}
	var out []group
	for _, d := range dists {
		word, _, _ := strings.Cut(d.Name, "-")
		members, ok := byWord[word]
		if !ok {
			continue // it has come with an earlier one
		}
		delete(byWord, word)
		sortByName(members)
		out = append(out, group{word, members})
	}
	return out
}

func sortByName(dists []lock.Distribution) {
	slices.SortFunc(dists, func(a, b lock.Distribution) int { return strings.Compare(a.Name, b.Name) })
}

// key names a group in paths, apart from all other layers: `wheels-packages-1`, or
// `wheels-` and the package that is alone.
func (g group) key() string { return "wheels-" + strings.ReplaceAll(g.name, " ", "-") }

// title names a group in the progress and in the history of the image: its packages,
// or the first of many.
func (g group) title() string {
	const shown = 3
	var names []string
	for _, d := range g.dists[:min(shown, len(g.dists))] {
		names = append(names, d.Name+" "+d.Version)
	}
	text := strings.Join(names, ", ")
	if more := len(g.dists) - shown; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}
