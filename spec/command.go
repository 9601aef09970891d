package spec

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	shells         = []string{"sh", "bash", "ash", "dash", "busybox", "zsh"}
	shellOperators = []string{"&&", "||", "|", "&", ";", ">", ">>", "<", "2>&1"}
	shellVariable  = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z0-9_]*|\{[^}]*\})$`)
)

func (s *Spec) checkCommand(p *problems) {
	if p.has("command") {
		return
	}
	if len(s.Command) == 0 {
		p.addf("command", "the list is empty (the program and its arguments, such as [python, -m, orders])")
		return
	}
	program := s.Command[0]
	switch {
	case program == "":
		p.addf("command[0]", "the program is empty")
	case len(s.Command) == 1 && strings.ContainsAny(strings.TrimSpace(program), " \t\n"):
		p.addf("command[0]", "%s is taken for the name of one program (write each argument as an item of its own: %s)",
			quote(program), asList(program))
	}
	shell := slices.Contains(shells, path.Base(program))
	for i, arg := range s.Command {
		p.checkArgument(item("command", i), arg, shell)
	}
}

// checkArgument reports what only a shell understands, unless there is one.
func (p *problems) checkArgument(path, arg string, shell bool) {
	switch {
	case strings.Contains(arg, "\x00"):
		p.addf(path, "a NUL character cannot be in an argument")
	case !shell && slices.Contains(shellOperators, arg):
		p.addf(path, "%s means nothing here: no shell reads the command (start one program)", quote(arg))
	case !shell && shellVariable.MatchString(arg):
		p.addf(path, "%s is not filled in: no shell reads the command (let the service read the variable, or write the value)", quote(arg))
	default:
		p.checkKnownSecret(path, arg)
	}
}

// asList writes a command line as a YAML list, for an error message.
func asList(line string) string {
	if knownSecret(line) != "" {
		return "[...]"
	}
	words := strings.Fields(line)
	for i, word := range words {
		if !plainWord.MatchString(word) {
			words[i] = fmt.Sprintf("%q", strings.Trim(word, `"'`))
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// plainWord is text that needs no quotes in a YAML list.
var plainWord = regexp.MustCompile(`^[A-Za-z_./-][A-Za-z0-9_./:=-]*[A-Za-z0-9_./=-]$`)
