package lock

import (
	"context"
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/keelback/keelback/spec"
)

// requirementLine is one logical line of a requirements file: continuations
// joined, comment removed.
type requirementLine struct {
	number int // of its first physical line, from 1
	text   string
}

// readRequirements checks a requirements.txt, and those that it includes.
func readRequirements(ctx context.Context, s *spec.Spec, t Tree, f *found, l *Lock) error {
	errs := checkNames(s, "dependencies.extras", "extra", l.Path, s.Dependencies.Extras, nil)
	errs = append(errs, checkNames(s, "dependencies.groups", "dependency group", l.Path, s.Dependencies.Groups, nil)...)
	queue, seen := []string{l.Path}, map[string]bool{l.Path: true}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		included, problems := readRequirementsFile(s, name, f.files[name], l)
		errs = append(errs, problems...)
		more, err := t.Files(ctx, included...)
		if err != nil {
			return err
		}
		maps.Copy(f.files, more)
		for _, inc := range included {
			if _, ok := f.files[inc]; !ok {
				errs = append(errs, s.Errorf("dependencies.lock", "%s includes %s, which is not in the build context", name, inc))
			} else if !seen[inc] {
				seen[inc] = true
				queue = append(queue, inc)
				l.Manifests = append(l.Manifests, inc)
			}
		}
	}
	return orNil(errs)
}

var includeOption = regexp.MustCompile(`^(-r|--requirement|-c|--constraint)[\s=]*(\S+)$`)

// readRequirementsFile checks one file and returns those that it includes.
func readRequirementsFile(s *spec.Spec, name string, data []byte, l *Lock) (included []string, errs spec.Errors) {
	for _, line := range requirementLines(data) {
		if m := includeOption.FindStringSubmatch(line.text); m != nil && !strings.Contains(m[2], "://") {
			included = append(included, path.Join(path.Dir(name), m[2]))
			continue
		}
		if problem := checkLine(s, line.text); problem != "" {
			errs = append(errs, s.Errorf("dependencies.lock", "%s:%d: %s", name, line.number, problem))
			continue
		}
		if !strings.HasPrefix(line.text, "-") {
			l.Names = append(l.Names, requirementName(line.text))
		}
	}
	return included, errs
}

var (
	// lineEnds are all that uv takes for the end of a line: what follows one is no
	// longer a comment.
	lineEnds = regexp.MustCompile(`\r\n|\r|\n`)

	// comment reaches to the end of its line, also when that is a backslash.
	comment = regexp.MustCompile(`(^|\s)#.*$`)
)

func requirementLines(data []byte) []requirementLine {
	var lines []requirementLine
	var text strings.Builder
	start := 0
	end := func() {
		if line := strings.TrimSpace(text.String()); line != "" {
			lines = append(lines, requirementLine{start, line})
		}
		text.Reset()
	}
	for i, raw := range lineEnds.Split(string(data), -1) {
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
