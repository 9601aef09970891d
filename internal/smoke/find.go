//go:build linux

package smoke

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// find is where the program of a command lies, by the rules of execvp(3): a name
// without a slash is looked up in PATH, another one from the working directory.
func find(name, dir, search string) (string, error) {
	if strings.Contains(name, "/") {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		if err := runnable(name); err != nil {
			return "", fmt.Errorf("command %q: %w", name, err)
		}
		return name, nil
	}
	for _, in := range filepath.SplitList(search) {
		if !filepath.IsAbs(in) {
			in = filepath.Join(dir, in)
		}
		file := filepath.Join(in, name)
		err := runnable(file)
		if errors.Is(err, errNoFile) || errors.Is(err, errMode) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("command %q: %w", name, err)
		}
		return file, nil
	}
	return "", fmt.Errorf("command %q: not found in PATH (%s)", name, search)
}

var (
	errNoFile = errors.New("there is no such file in the image")
	errMode   = errors.New("not an executable file (chmod +x)")
)

// runnable reports why a file cannot be run.
func runnable(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return errNoFile
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return errMode
	}
	interpreter := shebang(file)
	if interpreter == "" {
		return nil
	}
	if _, err := os.Stat(interpreter); err != nil {
		return fmt.Errorf("%s is a script for %s, which is not in the image", file, interpreter)
	}
	return nil
}

// shebang is the interpreter that the first line of a script names; else it is
// empty.
func shebang(file string) string {
	head := make([]byte, 256)
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ""
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	rest, ok := strings.CutPrefix(string(line), "#!")
	words := strings.Fields(rest)
	if !ok || len(words) == 0 {
		return ""
	}
	return words[0]
}
