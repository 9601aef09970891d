package wheel

import "strings"

// tokenKind tells the tokens of markers apart.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenOpen
	tokenClose
	tokenOperator
	tokenString // text is what the quotes enclose
	tokenWord
	tokenInvalid
)

// markerToken is a token at an offset in bytes.
type markerToken struct {
	kind   tokenKind
	text   string
	offset int
}

// markerLexer cuts a marker into tokens.
type markerLexer struct {
	text   string
	offset int
}

func (l *markerLexer) token() markerToken {
	for l.offset < len(l.text) && (l.text[l.offset] == ' ' || l.text[l.offset] == '\t') {
		l.offset++
	}
	rest := l.text[l.offset:]
	if rest == "" {
		return markerToken{offset: l.offset}
	}
	switch c := rest[0]; {
	case c == '(':
		return l.emit(tokenOpen, "(", 1)
	case c == ')':
		return l.emit(tokenClose, ")", 1)
	case c == '\'' || c == '"':
		return l.quoted(rest, c)
	case isAlnum(c) || c == '_':
		end := 1
		for end < len(rest) && isWordChar(rest[end]) {
			end++
		}
		return l.emit(tokenWord, rest[:end], end)
	}
	for _, operator := range operators() {
		if strings.HasPrefix(rest, operator) {
			return l.emit(tokenOperator, operator, len(operator))
		}
	}
	return l.emit(tokenInvalid, rest, len(rest))
}

// quoted reads a text between quotes. The grammar has no escapes and no control
// characters, so that what looks like one is refused: other tools read it otherwise.
func (l *markerLexer) quoted(rest string, quote byte) markerToken {
	end := strings.IndexByte(rest[1:], quote)
	if end < 0 {
		return l.emit(tokenInvalid, rest, len(rest))
	}
	text := rest[1 : 1+end]
	if !only(text, func(c byte) bool { return (c >= ' ' || c == '\t') && c != '\\' && c != 0x7f }) {
		return l.emit(tokenInvalid, rest, len(rest))
	}
	return l.emit(tokenString, text, end+2)
}

func (l *markerLexer) emit(kind tokenKind, text string, size int) markerToken {
	t := markerToken{kind: kind, text: text, offset: l.offset}
	l.offset += size
	return t
}

// markerVariable gives today's name of a variable, or false for what is none. The names
// with dots are from before PEP 508.
func markerVariable(name string) (string, bool) {
	switch name {
	case "os_name", "sys_platform", "platform_machine", "platform_python_implementation",
		"platform_release", "platform_system", "platform_version", "python_version",
		"python_full_version", "implementation_name", "implementation_version",
		"extra", "extras", "dependency_groups":
		return name, true
	case "os.name", "sys.platform", "platform.version", "platform.machine", "platform.python_implementation":
		return strings.ReplaceAll(name, ".", "_"), true
	case "python_implementation":
		return "platform_python_implementation", true
	}
	return "", false
}
