//go:build linux

package smoke

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// diagnose says what to change, from what a program wrote at its end. It is empty
// where nothing is known.
func (t *trial) diagnose(lines []string) string {
	if advice := t.removal(lines); advice != "" {
		return advice
	}
	// What a service wrote last is the nearest to its end: it may have gone on after
	// all that it wrote before.
	for _, line := range slices.Backward(lines) {
		for _, c := range causes(t.plan.starts()) {
			if m := c.line.FindStringSubmatch(line); m != nil {
				return c.advice(m)
			}
		}
	}
	return ""
}

// cause is a line that tells why a service does not start.
type cause struct {
	line   *regexp.Regexp
	advice func(match []string) string
}

// causes are the common ones. The first row that fits a line counts, and the last line
// that one fits. starts tells
// that it was a command that was started, not an import.
func causes(starts bool) []cause {
	network := "there is no network here: a service that needs another one at its start is tried by its imports (smoke: {start: false})"
	if !starts {
		network = "there is no network here, and importing must need none (connect when the service starts, below if __name__ == \"__main__\":, or smoke: off)"
	}
	fixed := func(text string) func([]string) string { return func([]string) string { return text } }
	return []cause{
		{
			regexp.MustCompile(`(?:Read-only file system|Permission denied|PermissionError|EROFS|EACCES).*?'(/[^']+)'`),
			func(m []string) string {
				return fmt.Sprintf("the service may not write to %s (writable: [%s], or a folder in /tmp)", m[1], path.Dir(m[1]))
			},
		},
		{
			regexp.MustCompile(`Read-only file system|unable to open database file`),
			fixed("the root file system is read-only (writable: [FOLDER], or a folder in /tmp)"),
		},
		{
			regexp.MustCompile(`(?i)address already in use`),
			fixed("two programs of the service listen on one port (command)"),
		},
		{
			regexp.MustCompile(`(?i)ConnectionRefusedError|connection refused|name resolution|name or service not known|nodename nor servname|name does not resolve|getaddrinfo failed|failed to resolve host|could not translate host name|network is unreachable|no route to host|could not connect to server`),
			fixed(network),
		},
		{
			regexp.MustCompile(`^KeyError: '([A-Z][A-Z0-9_]+)'`),
			func(m []string) string {
				return fmt.Sprintf("the variable %s is not set (env: {%s: ...}; what is secret is not there while an image is built: read it when the service starts, or smoke: off)", m[1], m[1])
			},
		},
		{
			regexp.MustCompile(`^\s+Field required \[type=missing, .*input_type=dict\]`),
			fixed("a setting may be missing (env: {NAME: ...}; what is only known later: smoke: {start: false})"),
		},
		{
			regexp.MustCompile(`No module named '([^']+)'|Could not import module "([^"]+)"`),
			func(m []string) string {
				return fmt.Sprintf("%s is not in the image (add its package to the lock, or its folder to app: {include: [...]})", m[1]+m[2])
			},
		},
		{
			regexp.MustCompile(`([^\s:'"]+\.so[.0-9]*): cannot open shared object file|Error loading shared library ([^\s:]+)`),
			func(m []string) string {
				return fmt.Sprintf("no package of the image has %s (runtime: {packages: [...]})", m[1]+m[2])
			},
		},
	}
}

var (
	quotedPath  = regexp.MustCompile(`['"](/[^'"]+)['"]`)
	noModule    = regexp.MustCompile(`No module named '?([\pL\pN_.]+)'?`)
	noName      = regexp.MustCompile(`cannot import name '([\pL\pN_]+)' from (?:partially initialized module )?'([\pL\pN_.]+)'`)
	noAttribute = regexp.MustCompile(`module '([\pL\pN_.]+)' has no attribute '([\pL\pN_]+)'`)
	noLibrary   = regexp.MustCompile(`(?:^|[\s'"])([^\s:'"]+\.so[.0-9]*): cannot open shared object file|Error loading shared library ([^\s:]+)`)
)

// missing is what a line says is not there, as the ends of paths.
func missing(line string) []string {
	var out []string
	for _, m := range noModule.FindAllStringSubmatch(line, -1) {
		out = append(out, "/"+strings.ReplaceAll(m[1], ".", "/"))
	}
	for _, m := range noName.FindAllStringSubmatch(line, -1) {
		out = append(out, "/"+strings.ReplaceAll(m[2], ".", "/")+"/"+m[1])
	}
	for _, m := range noAttribute.FindAllStringSubmatch(line, -1) {
		out = append(out, "/"+strings.ReplaceAll(m[1], ".", "/")+"/"+m[2])
	}
	for _, m := range noLibrary.FindAllStringSubmatch(line, -1) {
		out = append(out, "/"+strings.TrimPrefix(m[1]+m[2], "/"))
	}
	for _, m := range quotedPath.FindAllStringSubmatch(line, -1) {
		if _, err := os.Lstat(m[1]); err != nil {
			out = append(out, m[1])
		}
	}
	return out
}

// removal looks for what is missing among what rules took away.
func (t *trial) removal(lines []string) string {
	for _, line := range slices.Backward(lines) {
		for _, name := range missing(line) {
			for _, layer := range t.removed {
				for _, r := range layer.Removed {
					folder, ok := covers(r.Path, name)
					if !ok || isThere(r.Path) {
						continue
					}
					if r.Rule == "drop" {
						return fmt.Sprintf("slim: {drop: [...]} took %s away (leave it out of the list)", r.Path)
					}
					return fmt.Sprintf("the rule %q took %s away (keep it: slim: {keep: [%q]})", r.Rule, r.Path, keepGlob(r.Path, folder))
				}
			}
		}
	}
	return ""
}

// isThere reports whether a file that a rule made smaller is still there.
func isThere(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// covers reports whether what was removed is what is missing: the file or module
// itself, or the folder that had it. A module may be named from its package on.
func covers(removed, name string) (folder, ok bool) {
	plain := strings.TrimSuffix(strings.TrimSuffix(removed, "/__init__.py"), ".py")
	if base, dir := path.Base(plain), path.Dir(plain); strings.HasSuffix(base, ".so") {
		// pkg/mod.cpython-313-x86_64-linux-gnu.so is a module as well.
		first, _, _ := strings.Cut(base, ".")
		if isEnd(path.Join(dir, first), name) {
			return false, true
		}
	}
	if isEnd(plain, name) || isEnd(removed, name) {
		return path.Ext(removed) == "", true
	}
	for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
		if path.Ext(removed) == "" && isEnd(removed, dir) {
			return true, true
		}
	}
	return false, false
}

// isEnd reports whether a path is the other one, or that one below a folder for
// modules.
func isEnd(full, end string) bool {
	if full == end {
		return true
	}
	rest, _, ok := fromModules(full)
	return ok && "/"+rest == end || strings.Contains(path.Base(end), ".so") && path.Base(full) == path.Base(end)
}

var modulesDir = regexp.MustCompile(`^.*/(?:(?:site|dist)-packages|python3\.[0-9]+t?(?:/lib-dynload)?)/`)

// fromModules is a path from the folder of packages, or of the standard library, on.
func fromModules(full string) (rest, dir string, ok bool) {
	dir = modulesDir.FindString(full)
	return full[len(dir):], dir, dir != ""
}

// keepGlob is how a spec names what was removed.
func keepGlob(removed string, folder bool) string {
	glob, dir, _ := fromModules(removed)
	if strings.HasSuffix(dir, "/lib-dynload/") {
		glob = "lib-dynload/" + glob // globs begin at the standard library
	}
	if folder {
		return glob + "/**"
	}
	return glob
}
