package unpack

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
)

// entryPoint is a function of a package that becomes a program.
type entryPoint struct {
	name     string // of the program
	module   string
	function string // may be an attribute of an attribute
}

// parseEntryPoints reads the programs of an entry_points.txt. Other entry points are
// for packages to find, and are not looked at.
func parseEntryPoints(text []byte) ([]entryPoint, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("not UTF-8")
	}
	var out []entryPoint
	seen := map[string]entryPoint{}
	n, isScripts := 0, false
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			isScripts = line == "[console_scripts]" || line == "[gui_scripts]"
			continue
		}
		if !isScripts {
			continue
		}
		p, err := parseEntryPoint(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		old, ok := seen[p.name]
		switch {
		case ok && old != p:
			return nil, fmt.Errorf("line %d: %s: there is another program of this name", n, show(p.name))
		case !ok:
			seen[p.name] = p
			out = append(out, p)
		}
	}
	return out, nil
}

// parseEntryPoint reads NAME = MODULE:FUNCTION, where extras in brackets may follow.
func parseEntryPoint(line string) (entryPoint, error) {
	name, value, ok := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return entryPoint{}, fmt.Errorf("%s: not NAME = MODULE:FUNCTION", show(line))
	}
	value, _, _ = strings.Cut(value, "[")
	module, function, _ := strings.Cut(value, ":")
	p := entryPoint{name: name, module: strings.TrimSpace(module), function: strings.TrimSpace(function)}
	if err := checkProgram(name); err != nil {
		return p, fmt.Errorf("%s: %w", show(name), err)
	}
	for _, dotted := range []string{p.module, p.function} {
		for part := range strings.SplitSeq(dotted, ".") {
			if !isIdentifier(part) {
				return p, fmt.Errorf("%s = %s: not MODULE:FUNCTION", show(name), show(strings.TrimSpace(value)))
			}
		}
	}
	return p, nil
}

var interpreterName = regexp.MustCompile(`^pythonw?([0-9]+(\.[0-9]+)*)?t?$`)

// checkProgram checks the name of a file in the directory of programs: the
// interpreter there is no package's to replace.
func checkProgram(name string) error {
	switch {
	case strings.Contains(name, "/") || name == "":
		return errors.New("not the name of a file")
	case interpreterName.MatchString(rootfs.Fold(name)):
		return errors.New("would replace the interpreter")
	}
	return checkPath(name)
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// shebang begins the first line of all programs of an environment.
const shebang = "#!" + python.Venv + "/bin/python"

// launcher is the program of an entry point. It asks for no shell: images may have
// none. Processes that multiprocessing spawns import it, and must not run it.
func (p entryPoint) launcher() []byte {
	first, _, _ := strings.Cut(p.function, ".")
	return fmt.Appendf(nil, `%s
import sys
from %s import %s
if __name__ == "__main__":
    sys.exit(%s())
`, shebang, p.module, first, p.function)
}

// isLauncherOf reports whether a script of a package is what other tools write for
// an entry point, for which there is a launcher already.
func isLauncherOf(script string, points []entryPoint) bool {
	name := script
	for _, suffix := range []string{".exe", "-script.py", ".pya"} {
		if len(script) > len(suffix) && strings.EqualFold(script[len(script)-len(suffix):], suffix) {
			name = script[:len(script)-len(suffix)]
			break
		}
	}
	return slices.ContainsFunc(points, func(p entryPoint) bool { return p.name == name })
}
