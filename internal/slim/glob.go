package slim

import (
	"errors"
	"fmt"
	"strings"
)

// glob is a compiled pattern of paths. What leads out of the directory of packages is
// matched by `..` alone: other globs are for what is in there.
type glob struct {
	text  string
	parts []string // "**" spans folders
	hint  string   // occurs in each path that matches
}

// compile reads a glob that somebody wrote. It is relative, slash-separated, and knows
// `*` and `**`.
func compile(text string) (glob, error) {
	g := newGlob(text)
	if strings.ContainsAny(text, `?[]{}\!`) {
		return g, fmt.Errorf("glob %q: only * and ** stand for something else (a list takes several globs)", text)
	}
	isUp := true
	for _, part := range g.parts {
		isUp = isUp && part == ".."
		if err := checkPart(part, isUp); err != nil {
			return g, fmt.Errorf("glob %q: %w", text, err)
		}
	}
	return g, nil
}

// newGlob is a glob, or a path of a package: its names may have any characters.
func newGlob(text string) glob {
	g := glob{text: text, parts: strings.Split(strings.TrimSuffix(text, "/"), "/")}
	for _, part := range g.parts {
		for literal := range strings.SplitSeq(part, "*") {
			if len(literal) > len(g.hint) {
				g.hint = literal
			}
		}
	}
	return g
}

func checkPart(part string, isUp bool) error {
	switch {
	case part == "" || part == ".":
		return errors.New("an empty part (a path such as numpy/tests works)")
	case part == ".." && !isUp:
		return errors.New("leads out of its folder")
	case part != "**" && strings.Contains(part, "**"):
		return errors.New("** stands alone between slashes")
	}
	return nil
}

func compileAll(texts []string) ([]glob, error) {
	var out []glob
	for _, text := range texts {
		g, err := compile(text)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// match gives the shortest start of a path that the glob is for: the path itself, or
// a folder that it is in. It is "" where there is none.
func (g glob) match(path string) string {
	if !strings.Contains(path, g.hint) {
		return ""
	}
	n := matchParts(g.parts, path, 0)
	if n < 0 {
		return ""
	}
	return path[:n]
}

// matchParts matches the parts against a path from a position on, and gives the
// position behind the shortest match, or -1.
func matchParts(parts []string, path string, at int) int {
	for i, part := range parts {
		if part == "**" {
			return matchAnywhere(parts[i+1:], path, at)
		}
		if at > len(path) {
			return -1
		}
		name, _, _ := strings.Cut(path[at:], "/")
		if !matchName(part, name) {
			return -1
		}
		at += len(name) + 1
	}
	return at - 1
}

// matchAnywhere matches the parts behind a `**`. With none left, it takes all that is
// in the folder, but not the folder itself.
func matchAnywhere(parts []string, path string, at int) int {
	if len(parts) == 0 {
		if at > len(path) || strings.HasPrefix(path[at:], "../") {
			return -1
		}
		return len(path)
	}
	best := -1
	for at <= len(path) {
		if n := matchParts(parts, path, at); n >= 0 && (best < 0 || n < best) {
			best = n
		}
		name, _, more := strings.Cut(path[at:], "/")
		if !more || name == ".." {
			break
		}
		at += len(name) + 1
	}
	return best
}

// matchName matches one part, where `*` is any number of characters.
func matchName(pattern, name string) bool {
	prefix, rest, ok := strings.Cut(pattern, "*")
	if !ok {
		return pattern == name
	}
	if !strings.HasPrefix(name, prefix) || name == ".." {
		return false
	}
	name = name[len(prefix):]
	for {
		middle, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, middle)
		}
		i := strings.Index(name, middle)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(middle):], after
	}
}

// globs match a path when one of them does.
type globs []glob

func (gs globs) match(path string) string {
	for _, g := range gs {
		if start := g.match(path); start != "" {
			return start
		}
	}
	return ""
}

// named are the paths and globs of what is imported or named.
type named struct {
	paths map[string]bool
	globs globs
}

func newNamed(texts []string) named {
	n := named{paths: map[string]bool{}}
	for _, text := range texts {
		if strings.Contains(text, "*") {
			n.globs = append(n.globs, newGlob(text))
		}
		n.paths[text] = true
	}
	return n
}

// has reports whether a path is named, or a folder that it is in.
func (n named) has(path string) bool {
	for dir := path; len(n.paths) > 0; {
		if n.paths[dir] {
			return true
		}
		i := strings.LastIndexByte(dir, '/')
		if i < 0 {
			break
		}
		dir = dir[:i]
	}
	return n.globs.match(path) != ""
}
