package scan

import (
	"bytes"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/slim/mention"
)

// source is a file that is searched.
type source struct {
	pkg  string // its distribution; empty: the service
	path string // from the directory of packages; empty: the service
	text []byte
}

// search is the search through one file.
type search struct {
	*index
	source
	found  func(unit int)
	words  map[string]bool // whether they are in the text
	quoted map[string]bool // words of strings; nil: not known
	calls  bool            // modules are imported by their names
	known  bool            // that calls is known
}

// python searches a source of Python.
func (x *index) python(src source, found func(unit int)) {
	s := &search{index: x, source: src, found: found}
	m := mention.Source{Package: module(path.Dir(src.path)), Import: s.module, Literal: s.literal}
	if path.Dir(src.path) == "." {
		m.Package = ""
	}
	m.Read(src.text)
	if containsWord(src.text, "attach_stub") {
		s.ending([]byte(".pyi")) // lazy_loader reads the stub of who calls it
	}
}

// plain searches a text that is no Python: it may have names anywhere, and all of it is
// taken for strings.
func (x *index) plain(src source, found func(unit int)) {
	s := &search{index: x, source: src, found: found, quoted: map[string]bool{}}
	for _, word := range bytes.FieldsFunc(src.text, func(r rune) bool { return r < 0x80 && !isWordByte(byte(r)) && r != '-' }) {
		s.quoted[string(word)] = true
		for _, i := range s.byWord[string(word)] {
			s.says(i)
		}
	}
	for _, line := range bytes.FieldsFunc(src.text, func(r rune) bool { return strings.ContainsRune("\n\r'\"`<>()[]{},;=", r) }) {
		s.literal(bytes.TrimSpace(line))
	}
}

// compiled searches a compiled module for dotted names: those of modules that it
// imports are in it as texts, which may follow each other without a sign between.
func (x *index) compiled(src source, found func(unit int)) {
	s := &search{index: x, source: src, found: found}
	for _, name := range x.lasts {
		sign := []byte("." + name)
		for end := 0; ; {
			at := bytes.Index(src.text[end:], sign)
			if at < 0 {
				break
			}
			end += at + len(sign)
			rest := src.text[end:]
			if len(rest) > 0 && isWordByte(rest[0]) {
				continue // a longer name
			}
			for _, t := range x.byBase[name] {
				if m := module(t.path); bytes.HasSuffix(src.text[:end], []byte(m)) {
					s.module(m + dottedStart(rest))
				}
			}
		}
	}
}

// dottedStart is what a text begins with of a dotted name.
func dottedStart(text []byte) string {
	n := 0
	for n < len(text) && text[n] < 0x80 && (isWordByte(text[n]) || text[n] == '.') {
		n++
	}
	return strings.TrimRight(string(text[:n]), ".")
}

// module is called for each module that is imported. The package of a whole one does
// not name itself.
func (s *search) module(name string) {
	s.imported(name, func(i int) {
		if u := &s.units[i]; !u.Whole || u.Package != s.pkg {
			s.found(i)
		}
	})
}

// says is called for a unit that a text names.
func (s *search) says(i int) {
	if u := &s.units[i]; !u.Checked && !u.Whole || u.Package != s.pkg {
		s.found(i)
	}
}

// literal is called for each string.
func (s *search) literal(text []byte) {
	if len(text) == 0 {
		return
	}
	for _, i := range s.byWord[string(text)] {
		s.says(i)
	}
	s.files(text)
	if bytes.IndexByte(text, ' ') < 0 && bytes.IndexByte(text, '\n') < 0 {
		s.chunk(text)
		return
	}
	// In a sentence a word alone is a word. A path or a dotted name is one anywhere.
	for chunk := range bytes.FieldsSeq(text) {
		if chunk = bytes.Trim(chunk, `.,;:!?'"()`+"`"); bytes.ContainsAny(chunk, "./") {
			s.chunk(chunk)
		}
	}
}

// chunk looks for parts of paths and of dotted names.
func (s *search) chunk(text []byte) {
	isFirst := true
	for len(text) > 0 {
		n := 0
		for n < len(text) && isWordByte(text[n]) {
			n++
		}
		if n == 0 {
			text = text[1:]
			continue
		}
		word := text[:n]
		for _, t := range s.byBase[string(word)] {
			if s.leadsTo(t.path) {
				s.says(t.unit)
			}
		}
		if isFirst {
			s.dotted(text)
			isFirst = false
		}
		text = text[n:]
	}
}

// dotted looks for a module that a text begins with. Single words are modules only
// where modules are imported by their names: "trace" is a word too.
func (s *search) dotted(text []byte) {
	n := 0
	for n < len(text) && (isWordByte(text[n]) || text[n] == '.') {
		n++
	}
	name := string(bytes.TrimRight(text[:n], "."))
	s.imported(name, func(i int) {
		if s.units[i].Whole || strings.Contains(name, ".") || s.importsByName() {
			s.says(i)
		}
	})
}

// importsByName reports whether the file has what imports modules by name, or starts
// them as programs.
func (s *search) importsByName() bool {
	if !s.known {
		s.known = true
		for _, sign := range []string{"import_module", "__import__", "run_module", `"-m"`, `'-m'`, "-m "} {
			s.calls = s.calls || bytes.Contains(s.text, []byte(sign))
		}
	}
	return s.calls
}

// files looks for names of files, and for endings that files are searched by: ".md",
// "*.md", "{name}.md", "md".
func (s *search) files(text []byte) {
	for at := 0; at < len(text); {
		n := 0
		for at+n < len(text) && (isWordByte(text[at+n]) || strings.IndexByte(".-+", text[at+n]) >= 0) {
			n++
		}
		if n == 0 {
			at++
			continue
		}
		name := text[at : at+n]
		for _, i := range s.byFile[string(name)] {
			s.says(i)
		}
		isFormat := at > 0 && text[at-1] == '%' && bytes.HasPrefix(name, []byte("s."))
		isWord := n == len(text) && n > 2 && bytes.IndexByte(name, '.') < 0
		if name[0] == '.' || isFormat || isWord {
			s.ending(name)
		}
		at += n
	}
}

// ending looks for files by the end of their names.
func (s *search) ending(name []byte) {
	text := "." + string(name[bytes.LastIndexByte(name, '.')+1:])
	for _, i := range s.byEnding[ending{s.pkg, text}] {
		s.says(i)
	}
}

// leadsTo reports whether the file may mean a path when it says its last part: what
// leads there is either where the file is itself, or is in the file too. Other packages
// name what is not theirs by texts, unless they ask modules where they are.
func (s *search) leadsTo(name string) bool {
	dir, own := path.Dir(name), path.Dir(s.path)
	for ; own != "."; own = path.Dir(own) {
		if dir == own || strings.HasPrefix(own, dir+"/") {
			return true
		}
		if below, ok := strings.CutPrefix(dir, own+"/"); ok {
			dir = below
			break
		}
	}
	isOwn := own != "."
	for part := range strings.SplitSeq(dir, "/") {
		if !isOwn && !s.asks() && !s.quotes(part) || !s.has(part) {
			return false
		}
	}
	return true
}

// asks reports whether the file has what tells where a module or its data lie.
func (s *search) asks() bool {
	return s.has("__file__") || s.has("__path__") || s.has("resources") || s.has("pkgutil") || s.has("pkg_resources") || s.has("find_spec")
}

// quotes reports whether a word is in a string of the file.
func (s *search) quotes(word string) bool {
	if s.quoted == nil {
		s.quoted = map[string]bool{}
		mention.Source{Import: func(string) {}, Literal: func(text []byte) {
			for _, w := range bytes.FieldsFunc(text, func(r rune) bool { return r < 0x80 && !isWordByte(byte(r)) }) {
				s.quoted[string(w)] = true
			}
		}}.Read(s.text)
	}
	return s.quoted[word]
}

// has reports whether a word is in the file.
func (s *search) has(word string) bool {
	if has, ok := s.words[word]; ok {
		return has
	}
	has := containsWord(s.text, word)
	if s.words == nil {
		s.words = map[string]bool{}
	}
	s.words[word] = has
	return has
}

func containsWord(text []byte, word string) bool {
	for {
		i := bytes.Index(text, []byte(word))
		if i < 0 {
			return false
		}
		end := i + len(word)
		if (i == 0 || !isWordByte(text[i-1])) && (end == len(text) || !isWordByte(text[end])) {
			return true
		}
		text = text[end:]
	}
}

func isWordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}
