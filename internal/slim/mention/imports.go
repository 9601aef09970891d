package mention

import "strings"

// importNames reads what follows `import`: modules, or names from a module.
func (r *reader) importNames(from string) {
	r.skipSpace()
	inBrackets := r.peek() == '('
	if inBrackets {
		r.at++
	}
	for {
		if r.skipSpace(); inBrackets {
			r.skipLines()
		}
		name := r.dotted()
		if name == "" {
			return
		}
		r.Import(from + name)
		for {
			if r.skipSpace(); inBrackets {
				r.skipLines()
			}
			if !isWordByte(r.peek()) {
				break
			}
			r.word() // as NAME
		}
		if r.peek() != ',' {
			return
		}
		r.at++
	}
}

// importFrom reads what follows `from`.
func (r *reader) importFrom() {
	r.skipSpace()
	up := 0
	for ; r.peek() == '.' || r.peek() == ' '; r.at++ {
		if r.peek() == '.' {
			up++
		}
	}
	module := r.dotted()
	if module == "import" {
		module = ""
	} else if r.skipSpace(); string(r.word()) != "import" {
		return
	}
	if up > 0 {
		parent, ok := r.parent(up - 1)
		if !ok {
			return
		}
		module = strings.TrimSuffix(parent+"."+module, ".")
	}
	if module == "" {
		return
	}
	r.Import(module)
	r.importNames(module + ".")
}

// parent is the package some levels above that of the source.
func (r *reader) parent(up int) (string, bool) {
	name := r.Package
	for range up {
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
	return name, name != ""
}

// dotted reads a dotted name.
func (r *reader) dotted() string {
	name := string(r.word())
	for name != "" && r.peek() == '.' {
		r.at++
		part := r.word()
		if len(part) == 0 {
			break
		}
		name += "." + string(part)
	}
	return name
}
