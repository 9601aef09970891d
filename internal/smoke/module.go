//go:build linux

package smoke

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Module is the Python module that a command serves or runs: `pkg.mod` of `uvicorn
// pkg.mod:app`, of `python -m pkg.mod`, of a console script. look reads the script of
// a name; it returns false for a program that is none. A command that names a file has
// no module.
func Module(command []string, look func(script string) ([]byte, bool)) (module string, ok bool) {
	steps := targetOf(command, look)
	if len(steps) == 0 {
		return "", false
	}
	kind, what, _ := strings.Cut(steps[len(steps)-1], " ")
	return what, kind != "script" && kind != "file"
}

// targetOf is what a command imports, as steps; see steps.py. A script is the last one.
func targetOf(command []string, look func(string) ([]byte, bool)) []string {
	if len(command) == 0 {
		return nil
	}
	name, args := path.Base(command[0]), command[1:]
	if isPython.MatchString(name) {
		return ofPython(args)
	}
	var steps []string
	if text, ok := look(command[0]); ok {
		if m := launcherImport.FindSubmatch(text); m != nil {
			steps = append(steps, "import "+string(m[1]))
		}
	}
	return append(steps, ofServer(name, args)...)
}

var (
	isPython = regexp.MustCompile(`^python[0-9.]*t?$`)

	// launcherImport finds the import of a console script, ours or another tool's.
	launcherImport = regexp.MustCompile(`(?m)^from ([\pL_][\pL\pN_]*(?:\.[\pL_][\pL\pN_]*)*) import `)

	dotted = `[\pL_][\pL\pN_]*(?:\.[\pL_][\pL\pN_]*)*`

	// moduleApp is MODULE:APP, where APP may be an attribute or a call.
	moduleApp  = regexp.MustCompile(`^(` + dotted + `):` + dotted + `(?:\(.*\))?$`)
	moduleOnly = regexp.MustCompile(`^` + dotted + `$`)
)

// ofPython reads the arguments of the interpreter.
func ofPython(args []string) []string {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-" || a == "-c":
			return nil
		case !strings.HasPrefix(a, "-"):
			return []string{"script " + a}
		case a == "-X" || a == "-W" || a == "--check-hash-based-pycs":
			i++
		case strings.HasPrefix(a, "--"):
		case strings.HasSuffix(a, "m") && a[1] != 'X' && a[1] != 'W':
			if i+1 == len(args) || !moduleOnly.MatchString(args[i+1]) {
				return nil
			}
			return append([]string{"main " + args[i+1]}, ofServer(args[i+1], args[i+2:])...)
		case strings.HasSuffix(a, "c") && a[1] != 'X' && a[1] != 'W':
			return nil
		}
	}
	return nil
}

// server is how a program names what it serves.
type server struct {
	// option has the application as its value. Empty: the first argument is it.
	option []string

	// file is the step for an application that is a file: `script` where the server
	// runs it, `file` where it imports it.
	file string

	// under are commands before the argument: `fastapi run FILE`.
	under []string
}

// servers are the programs that are known, by name.
func servers() map[string]server {
	return map[string]server{
		"uvicorn": {}, "hypercorn": {}, "granian": {}, "daphne": {}, "gunicorn": {}, "waitress-serve": {},
		"celery":    {option: []string{"-A", "--app"}},
		"flask":     {option: []string{"-A", "--app"}},
		"taskiq":    {under: []string{"worker", "scheduler"}},
		"dramatiq":  {},
		"fastapi":   {file: "file", under: []string{"run", "dev"}},
		"streamlit": {file: "script", under: []string{"run"}},
	}
}

// ofServer finds the application among the arguments of a known server.
func ofServer(name string, args []string) []string {
	s, ok := servers()[name]
	if !ok {
		return nil
	}
	found := ""
	if len(s.option) > 0 {
		found = optionValue(args, s.option)
	} else {
		rest := positional(args)
		if len(s.under) > 0 {
			if len(rest) == 0 || !slices.Contains(s.under, rest[0]) {
				return nil
			}
			rest = rest[1:]
		}
		found = application(rest, s.file != "")
	}
	switch {
	case found == "":
		return nil
	case s.file != "":
		return []string{s.file + " " + found}
	}
	if m := moduleApp.FindStringSubmatch(found); m != nil {
		return []string{"import " + m[1]}
	}
	// celery and others take MODULE.
	if moduleOnly.MatchString(found) && !strings.HasSuffix(found, ".py") {
		return []string{"import " + found}
	}
	return nil
}

// application is the first argument of MODULE:APP; else the first one.
func application(args []string, file bool) string {
	if i := slices.IndexFunc(args, moduleApp.MatchString); i >= 0 && !file {
		return args[i]
	}
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// optionValue is the value of an option that has several names.
func optionValue(args, names []string) string {
	for i, a := range args {
		for _, n := range names {
			if a == n && i+1 < len(args) {
				return args[i+1]
			}
			if v, ok := strings.CutPrefix(a, n+"="); ok {
				return v
			}
			if v, ok := strings.CutPrefix(a, n); ok && len(n) == 2 && v != "" {
				return v
			}
		}
	}
	return ""
}

// positional are the arguments that are neither options nor their values. An option
// has a value, unless it is known to have none.
func positional(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			return append(out, args[i+1:]...)
		case !strings.HasPrefix(a, "-") || a == "-":
			out = append(out, a)
		case strings.Contains(a, "=") || isSwitch(a) || len(a) > 2 && a[1] != '-':
		default:
			i++
		}
	}
	return out
}

// isSwitch reports whether an option of a known server has no value.
func isSwitch(option string) bool {
	if strings.HasPrefix(option, "--no-") {
		return true
	}
	return slices.Contains([]string{
		// uvicorn
		"--reload", "--factory", "--use-colors", "--proxy-headers", "--server-header", "--date-header", "--access-log", "--version", "--help",
		// gunicorn
		"--spew", "--check-config", "--print-config", "--preload", "--reuse-port", "-D", "--daemon", "--initgroups", "-R",
		"--enable-stdio-inheritance", "--capture-output", "--log-syslog", "--disable-redirect-access-to-syslog", "--proxy-protocol",
		"--suppress-ragged-eofs", "--do-handshake-on-connect", "--permit-obsolete-folding", "--strip-header-spaces",
		// hypercorn, granian, waitress, dramatiq, taskiq
		"--debug", "--log", "--log-access", "--respawn-failed-workers", "--ssl-client-verify",
		"--call", "--expose-tracebacks", "--skip-logging", "--use-spawn", "--fs-discover",
	}, option)
}
