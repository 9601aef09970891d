package spec

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// maxExpanded is the size of all values together after build arguments are filled
// in. Without it a small file could make a huge image config.
const maxExpanded = maxSize

var (
	argName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	wordStart = regexp.MustCompile(`^[A-Za-z0-9_]{0,60}`)
)

// ReservedArg tells whether a build argument has a meaning of its own for BuildKit
// or Keelback, or is a proxy setting. Such arguments need not be declared in `args`, cannot
// be, and are not to be given to [Parse].
func ReservedArg(name string) bool {
	switch strings.ToLower(name) {
	case "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy":
		return true
	default:
		return name == "SOURCE_DATE_EPOCH" || strings.HasPrefix(name, "BUILDKIT_") || strings.HasPrefix(name, "KEELBACK_")
	}
}

// expander fills build arguments into values.
type expander struct {
	*problems
	values map[string]string
	size   int

	// unknown tells that args cannot be read: it is not known then what is declared.
	unknown bool
}

// expand fills the build arguments into the values that may use them. Rules are
// checked afterwards, so that what they refuse cannot come in through an argument.
func (s *Spec) expand(p *problems, given map[string]string) {
	x := expander{problems: p, values: maps.Clone(s.Args), unknown: p.wrong["args"]}
	if x.values == nil {
		x.values = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		x.given(name, given[name])
	}
	s.Python = x.text("python", s.Python)
	for _, key := range slices.Sorted(maps.Keys(s.Env)) {
		value := s.Env[key]
		value.Value = x.text(child("env", key), value.Value)
		s.Env[key] = value
	}
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		s.Labels[key] = x.text(child("labels", key), s.Labels[key])
	}
}

// given takes over a build argument that the user gave.
func (x *expander) given(name, value string) {
	if x.unknown {
		return
	}
	if _, ok := x.values[name]; !ok {
		x.undeclared(name)
		return
	}
	if x.size += len(value); x.size > maxExpanded {
		x.addf(child("args", name), "the build arguments have more than %d bytes", maxExpanded)
		return
	}
	x.values[name] = value
	x.checkArgSecret(child("args", name), name, value)
}

func (x *expander) undeclared(name string) {
	declared := slices.Sorted(maps.Keys(x.values))
	hint := "declare it in args, with its default"
	if near := nearest(name, declared); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	x.addf("args", "build argument %s is not declared (%s)", quote(name), hint)
}

// text fills the arguments into one value.
func (x *expander) text(path, value string) string {
	if !strings.Contains(value, "${") || x.size > maxExpanded {
		return value
	}
	if x.unknown {
		x.wrong[path] = true // what it says is not known
		return value
	}
	expanded, err := x.fill(value)
	if err != nil {
		x.addf(path, "%w", err)
		return value
	}
	if x.size += len(expanded); x.size > maxExpanded {
		x.addf(path, "with the build arguments filled in the values have more than %d bytes", maxExpanded)
		return value
	}
	return expanded
}

// fill replaces `${NAME}` by the argument and `$${` by `${`. What was filled in is
// not looked at again.
func (x *expander) fill(value string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(value, "${")
		if !found {
			b.WriteString(before)
			return b.String(), nil
		}
		if text, escaped := strings.CutSuffix(before, "$"); escaped {
			b.WriteString(text + "${")
			value = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", errors.New(`"${" without "}" (write ${NAME}; $${ is the text ${)`)
		}
		argument, err := x.argument(name)
		if err != nil {
			return "", err
		}
		if b.WriteString(before + argument); b.Len() > maxExpanded {
			return b.String(), nil
		}
		value = after
	}
}

func (x *expander) argument(name string) (string, error) {
	if value, ok := x.values[name]; ok {
		return value, nil
	}
	if !argName.MatchString(name) {
		// The rest of it may be a default, as in shells, and that a secret.
		return "", fmt.Errorf("%q is not followed by \"}\" (write ${NAME}, with the default in args; $${ is the text ${)",
			"${"+wordStart.FindString(name))
	}
	declared := slices.Sorted(maps.Keys(x.values))
	if near := nearest(name, declared); near != "" {
		return "", fmt.Errorf("build argument %s is not declared (did you mean %q?)", quote(name), near)
	}
	return "", fmt.Errorf("build argument %s is not declared (declare it in args; $${ is the text ${)", quote(name))
}
