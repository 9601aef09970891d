package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// checkout is a context to build: a fresh copy of an example. Its files are as new as
// those of any checkout.
type checkout struct {
	dir     string
	service service
}

func newCheckout(repo, dir string, s service) (checkout, error) {
	return checkout{dir, s}, os.CopyFS(dir, os.DirFS(filepath.Join(repo, "examples", s.name)))
}

// bytecodeLine is where a spec says which modules are compiled.
var bytecodeLine = regexp.MustCompile(`(?m)^bytecode:.*\n`)

// setBytecode makes the spec for a base say it. Nothing is written for strip, which is
// the default.
func (c checkout) setBytecode(b base, bytecode string) error {
	return c.change(c.service.spec(b), func(text string) (string, error) {
		text = bytecodeLine.ReplaceAllString(text, "")
		if bytecode != strip {
			text += "bytecode: " + bytecode + "\n"
		}
		return text, nil
	})
}

// edit changes the code of the service, as a commit does.
func (c checkout) edit() error {
	return c.change(filepath.Join(c.service.app, "main.py"), func(text string) (string, error) {
		return text + "\n# An edit.\n", nil
	})
}

// bump puts another release of one dependency into the lock.
func (c checkout) bump() error {
	return c.change("requirements.txt", replaceRequirement)
}

func (c checkout) change(name string, change func(string) (string, error)) error {
	path := filepath.Join(c.dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := change(string(data))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// The dependency that is bumped, and a requirement of another release of it than the
// locks of the examples have. Both services have it by way of others.
const (
	bumpedName        = "idna"
	bumpedRequirement = `idna==3.10 \
    --hash=sha256:946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3
`
)

// replaceRequirement puts the other release into the text of a lock.
func replaceRequirement(text string) (string, error) {
	start := strings.Index("\n"+text, "\n"+bumpedName+"==")
	if start < 0 {
		return "", fmt.Errorf("there is no %s in it", bumpedName)
	}
	end := start
	for line := range strings.Lines(text[start:]) {
		end += len(line)
		if !strings.HasSuffix(line, "\\\n") {
			break
		}
	}
	return text[:start] + bumpedRequirement + text[end:], nil
}
