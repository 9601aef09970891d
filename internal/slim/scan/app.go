package scan

import (
	"bytes"
	"path"
	"slices"

	"github.com/keelback/keelback/internal/rootfs"
)

// Service searches a service's own files for what they import or name of candidates:
// sources, and all other texts. Texts are what the service has outside of its files,
// such as its command. The result is what has to stay, by group, sorted; each group of
// the candidates is in it.
func Service(c Candidates, root *rootfs.Root, texts []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, group := range c.Groups {
		out[group] = nil
	}
	x := newIndex(c.Units)
	named := map[int]bool{}
	found := func(unit int) { named[unit] = true }
	for _, text := range texts {
		x.plain(source{text: []byte("-m " + text)}, found)
	}
	err := root.Walk("/", func(e rootfs.Entry) error {
		isPython := path.Ext(e.Path) == ".py"
		if !e.Mode.IsRegular() || e.Size > maxSource || !isPython && e.Size > maxText {
			return nil
		}
		text, err := e.ReadAll()
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return err
		}
		x.python(source{text: text}, found)
		if !isPython {
			x.plain(source{text: text}, found)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	names := newMentions()
	names.add(nobody, named)
	for i, u := range c.Units {
		if len(u.Names) > 0 {
			names.add(i, setOf(u.Names, len(c.Units)))
		}
	}
	for i, stays := range names.closure(make([]bool, len(c.Units))) {
		if u := c.Units[i]; stays {
			out[u.Group] = append(out[u.Group], u.Paths...)
		}
	}
	for group, list := range out {
		slices.Sort(list)
		out[group] = slices.Compact(list)
	}
	return out, nil
}

// setOf are those of some numbers that are numbers of units.
func setOf(numbers []int, units int) map[int]bool {
	out := map[int]bool{}
	for _, n := range numbers {
		if n >= 0 && n < units {
			out[n] = true
		}
	}
	return out
}
