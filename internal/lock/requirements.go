package lock

import (
	"context"
	"fmt"
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
		if m := includeOption.FindStringSubmatch(line.text); m != nil {
			included = append(included, path.Join(path.Dir(name), m[2]))
			continue
		}
		if problem := checkRequirement(line.text); problem != "" {
			errs = append(errs, s.Errorf("dependencies.lock", "%s:%d: %s", name, line.number, problem))
			continue
		}
		if !strings.HasPrefix(line.text, "-") {
			l.Names = append(l.Names, requirementName(line.text))
		}
	}
	return included, errs
}

func requirementLines(data []byte) []requirementLine {
	var lines []requirementLine
	var text strings.Builder
	start := 0
	for i, raw := range strings.Split(string(data), "\n") {
		raw = strings.TrimSuffix(raw, "\r")
		if text.Len() == 0 {
			start = i + 1
		}
		if joined, ok := strings.CutSuffix(raw, `\`); ok && !strings.HasPrefix(strings.TrimSpace(raw), "#") {
			text.WriteString(joined + " ")
			continue
		}
		text.WriteString(raw)
		if line := strings.TrimSpace(comment.ReplaceAllString(text.String(), "")); line != "" {
			lines = append(lines, requirementLine{start, line})
		}
		text.Reset()
	}
	return lines
}

var (
	comment  = regexp.MustCompile(`(^|\s)#.*$`)
	hash     = regexp.MustCompile(`--hash[=\s]+([a-z0-9]+):([0-9a-f]+)`)
	pinned   = regexp.MustCompile(`^\s*[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*===?\s*[^\s;,*]+\s*(;|--|$)`)
	password = regexp.MustCompile(`://[^/\s@]*:[^/\s@]*@`)
)

// checkRequirement tells what is wrong with a line, or nothing.
func checkRequirement(line string) string {
	const fix = "uv pip compile --generate-hashes"
	switch {
	case password.MatchString(line):
		return "a password in a URL (give it as the build secret netrc)"
	case strings.HasPrefix(line, "-e") || strings.HasPrefix(line, "--editable"):
		return "an editable project cannot be locked by hash (uv.lock can)"
	case strings.HasPrefix(line, "-"):
		return ""
	case requirementName(line) == "":
		return fmt.Sprintf("not a requirement: %q", line)
	case !pinned.MatchString(line) && !strings.Contains(line, "@"):
		return fmt.Sprintf("%s is not pinned with == (%s)", requirementName(line), fix)
	}
	for _, m := range hash.FindAllStringSubmatch(line, -1) {
		if isSHA256(m[1], m[2]) {
			return ""
		}
	}
	return fmt.Sprintf("%s has no --hash=sha256:... (%s)", requirementName(line), fix)
}
