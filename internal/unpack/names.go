package unpack

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of Linux for a part of a path, and for a path.
const (
	maxName = 255
	maxPath = 4095
)

// setName takes the name of a member, which the flags say the encoding of.
func (m *member) setName(name string, flags uint16) error {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf && flags&flagUTF8 == 0 {
			return errors.New("its name is not marked as UTF-8")
		}
	}
	m.name, m.isDir = strings.CutSuffix(name, "/")
	return checkPath(m.name)
}

// checkPath checks a path of a wheel, such as requests/api.py.
func checkPath(name string) error {
	switch {
	case !utf8.ValidString(name):
		return errors.New("its name is not UTF-8")
	case strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("its name has a control character")
	case strings.Contains(name, `\`):
		return errors.New(`its name has a \ (/ separates)`)
	case strings.HasPrefix(name, "/"):
		return errors.New("its path is absolute")
	case len(name) > maxPath:
		return fmt.Errorf("its path has %d bytes (%d work)", len(name), maxPath)
	case len(name) > 1 && name[1] == ':' && unicode.IsLetter(rune(name[0])):
		return errors.New("its path begins with a drive")
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "..":
			return errors.New("its path leads out of the environment")
		case part == "" || part == ".":
			return errors.New("its path has an empty part")
		case len(part) > maxName:
			return fmt.Errorf("a part of its path has %d bytes (%d work)", len(part), maxName)
		}
	}
	return nil
}

// show makes a name of an archive fit for a message.
func show(name string) string {
	const most = 200
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	if quoted := strconv.Quote(name); quoted[1:len(quoted)-1] != name {
		return quoted
	}
	return name
}
