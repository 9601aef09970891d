package lock

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keelback/keelback/spec"
)

// hashing makes a requirements.txt with hashes.
const hashing = "uv pip compile --generate-hashes"

// maxIncluded is how many files one requirements.txt may include.
const maxIncluded = 100

// requirementLine is one logical line of a requirements file: continuations
// joined, comment removed.
type requirementLine struct {
	file   string
	number int // of its first physical line, from 1
	text   string
}

// requirementsReader reads a requirements.txt with all that it includes.
type requirementsReader struct {
	*locked
	markers     markers
	constraints []pipConstraint
	queue       []include
}

// include is a file to be read. What is in a constraints file is not installed.
type include struct {
	file       string
	constraint bool
}

// readRequirements reads a requirements.txt, and those that it includes.
func readRequirements(ctx context.Context, _ *spec.Spec, t Tree, f *found, l *locked) error {
	r := &requirementsReader{locked: l, markers: markers{}, queue: []include{{l.Path, false}}}
	l.mend = hashing
	for i := 0; i < len(r.queue); i++ {
		if i > maxIncluded {
			return fmt.Errorf("%s: includes more than %d files", l.Path, maxIncluded)
		}
		next := r.queue[i]
		if _, ok := f.files[next.file]; !ok && inContext(next.file) {
			more, err := t.Files(ctx, next.file)
			if err != nil {
				return err
			}
			maps.Copy(f.files, more)
		}
		data, ok := f.files[next.file]
		if !ok {
			return fmt.Errorf("%s: includes %s, which is not in the build context", l.Path, next.file)
		}
		if next.file != l.Path {
			l.Manifests = append(l.Manifests, next.file)
		}
		r.read(next, data)
	}
	r.constrain()
	return nil
}

func (r *requirementsReader) read(in include, data []byte) {
	text, problem := decode(data)
	if problem != "" {
		r.problems.addf(in.file, 1, lockKey, "%s", problem)
		return
	}
	for _, line := range requirementLines(in.file, text) {
		switch problem := checkText(line.text); {
		case problem != "":
			r.problems.addf(line.file, line.number, lockKey, "%s", problem)
		case strings.HasPrefix(line.text, "-"):
			r.readOptions(line, in.constraint)
		case in.constraint:
			r.readConstraint(line)
		default:
			r.readRequirement(line)
		}
	}
}

// include adds a file that a line names, once.
func (r *requirementsReader) include(line requirementLine, name string, constraint bool) {
	next := include{path.Join(path.Dir(line.file), name), constraint}
	if path.IsAbs(name) {
		next.file = name
	}
	if !slices.Contains(r.queue, next) {
		r.queue = append(r.queue, next)
	}
}

var (
	credentials = regexp.MustCompile(`://[^/\s@]*:[^/\s@]*@|(?i:https?)://[^/\s@]+@`)
	secretQuery = regexp.MustCompile(`(?i)[?&](?:` + strings.Join(secretParameters, "|") + `)=`)
	variable    = regexp.MustCompile(`\$\{[A-Z0-9_]+\}`)
)

// checkText tells what no line may have, or nothing.
func checkText(line string) string {
	if credentials.MatchString(line) {
		return "a password or token in a URL (" + netrcHint + ")"
	}
	if secretQuery.MatchString(line) {
		return "a token in the query of a URL (" + netrcHint + ")"
	}
	if v := variable.FindString(line); v != "" {
		return "the variable " + v + ", which depends on the machine (write what it stands for; of a password: " + netrcHint + ")"
	}
	return ""
}

// encoding is the declaration of PEP 263, in one of the first two lines.
var encoding = regexp.MustCompile(`^(?:[^\n]*\n)?[ \t\v]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`)

// decode gives the text of a requirements file: UTF-8, or Latin-1 where it says so.
func decode(data []byte) (text, problem string) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	name := "utf-8"
	if m := encoding.FindSubmatch(data); m != nil {
		name = strings.ReplaceAll(strings.ToLower(string(m[1])), "_", "-")
	}
	switch name {
	case "latin-1", "iso-8859-1", "latin1":
		runes := make([]rune, len(data))
		for i, b := range data {
			runes[i] = rune(b)
		}
		return string(runes), ""
	case "utf-8", "utf8", "ascii", "us-ascii":
		if utf8.Valid(data) {
			return string(data), ""
		}
		return "", "not UTF-8 (save the file as UTF-8)"
	}
	return "", fmt.Sprintf("the encoding %s (save the file as UTF-8)", name)
}

var (
	// lineEnds are all that uv takes for the end of a line: what follows one is no
	// longer a comment.
	lineEnds = regexp.MustCompile(`\r\n|\r|\n`)

	// comment reaches to the end of its line, also when that is a backslash.
	comment = regexp.MustCompile(`(^|\s)#.*$`)
)

func requirementLines(file, data string) []requirementLine {
	var lines []requirementLine
	var text strings.Builder
	start := 0
	end := func() {
		if line := strings.TrimSpace(text.String()); line != "" {
			lines = append(lines, requirementLine{file, start, line})
		}
		text.Reset()
	}
	for i, raw := range lineEnds.Split(data, -1) {
		if text.Len() == 0 {
			start = i + 1
		}
		raw = comment.ReplaceAllString(raw, "")
		if joined, ok := strings.CutSuffix(raw, `\`); ok {
			text.WriteString(joined + " ")
			continue
		}
		text.WriteString(raw)
		end()
	}
	end()
	return lines
}
