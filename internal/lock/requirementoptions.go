package lock

import (
	"fmt"
	"regexp"
	"strings"
)

// optionsRead are named where another one stands.
const optionsRead = "-r, -c, -e, --index-url, --extra-index-url, --find-links, --no-index, --require-hashes, --only-binary, --prefer-binary, --pre, --trusted-host and --use-feature"

// requirementOption is an option of pip that may be a line of a requirements file.
type requirementOption struct{ name, value string }

// longOptions are the names of short ones.
var longOptions = map[string]string{"-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url", "-f": "--find-links"}

// optionName is what names of options look like.
var optionName = regexp.MustCompile(`^(-[A-Za-z]|--[a-z]+(-[a-z]+)*)$`)

// flags are options without a value.
var flags = map[string]bool{"--no-index": true, "--require-hashes": true, "--pre": true, "--prefer-binary": true}

// splitOptions takes a line of options apart. Values may be quoted, but have no space.
func splitOptions(text string) ([]requirementOption, string) {
	var options []requirementOption
	fields := strings.Fields(text)
	for i := 0; i < len(fields); i++ {
		name, value, given := fields[i], "", false
		if !strings.HasPrefix(name, "-") {
			return nil, fmt.Sprintf("a value behind %s, which has it already (one value each)", last(options))
		}
		if strings.HasPrefix(name, "--") {
			name, value, given = strings.Cut(name, "=")
		} else if len(name) > 2 {
			name, value, given = name[:2], strings.TrimPrefix(name[2:], "="), true
		}
		if long, ok := longOptions[name]; ok {
			name = long
		}
		if !optionName.MatchString(name) {
			// It is not shown: it may be a password that came to stand there.
			return nil, fmt.Sprintf("what begins with - is no option (only %s are)", optionsRead)
		}
		if !given && !flags[name] && i+1 < len(fields) && !strings.HasPrefix(fields[i+1], "-") {
			i++
			value = strings.TrimPrefix(fields[i], "=")
		}
		options = append(options, requirementOption{name, strings.Trim(value, `"'`)})
	}
	return options, ""
}

func last(options []requirementOption) string {
	return options[len(options)-1].name
}

// readOptions takes options that say where files come from, or that make installing
// stricter. Others may have a say on what is built, and so run code.
func (r *requirementsReader) readOptions(line requirementLine, constraint bool) {
	options, problem := splitOptions(line.text)
	for _, o := range options {
		if problem == "" {
			problem = r.readOption(line, o, constraint)
		}
	}
	if problem != "" {
		r.problems.addf(line.file, line.number, lockKey, "%s", problem)
	}
}

func (r *requirementsReader) readOption(line requirementLine, o requirementOption, constraint bool) string {
	if flags[o.name] != (o.value == "") {
		if flags[o.name] {
			return o.name + " has a value (it takes none)"
		}
		return o.name + " has no value"
	}
	switch o.name {
	case "--requirement", "--constraint":
		if strings.Contains(o.value, "://") {
			return fmt.Sprintf("%s takes the path of one file in the build context, not a URL", o.name)
		}
		r.include(line, o.value, constraint || o.name == "--constraint")
	case "--editable":
		return r.readEditable(line, o.value, constraint)
	case "--index-url":
		return addURL(o, func(u string) { r.indexes.Index = u })
	case "--extra-index-url":
		return addURL(o, func(u string) { r.indexes.ExtraIndexes = append(r.indexes.ExtraIndexes, u) })
	case "--find-links":
		return addURL(o, func(u string) { r.indexes.FindLinks = append(r.indexes.FindLinks, u) })
	case "--no-index":
		r.indexes.NoIndex = true
	case "--only-binary":
		if o.value == ":none:" {
			return "--only-binary :none: lets packages be built, which runs their code (dependencies: {allow_sdist: [NAME]})"
		}
	case "--no-binary":
		return "--no-binary lets packages be built, which runs their code (dependencies: {allow_sdist: [NAME]})"
	case "--require-hashes", "--pre", "--prefer-binary", "--trusted-host", "--use-feature":
		// Hashes are always required, versions are pinned, and TLS is always checked.
	default:
		return fmt.Sprintf("the option %s may not be in a lock (only %s are)", o.name, optionsRead)
	}
	return ""
}

// addURL hands over the value of an option that is a URL, or tells why not.
func addURL(o requirementOption, add func(string)) string {
	if problem := checkURL(o.value); problem != "" {
		return fmt.Sprintf("%s has %s", o.name, problem)
	}
	add(o.value)
	return ""
}
