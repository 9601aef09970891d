package spec

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	envName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	labelKey = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$`)
)

// reservedEnv are variables that cannot be chosen: the image works only with the
// values that it gets from elsewhere.
var reservedEnv = map[string]string{
	"PATH":       "it begins with /opt/venv/bin, else the base image's holds",
	"PYTHONHOME": "the interpreter finds its home by itself",
	"PYTHONPATH": "app.path sets it",

	"PYTHONOPTIMIZE":      "optimize sets it",
	"PYTHONPYCACHEPREFIX": "bytecode lies beside its modules",
}

// threadEnv are the variables that `threads` sets.
var threadEnv = []string{
	"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
	"TOKENIZERS_PARALLELISM", "OMP_STACKSIZE",
}

func (s *Spec) checkEnv(p *problems) {
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		at := child("env", name)
		if p.has(at) {
			continue
		}
		value := s.Env[name]
		switch why, reserved := reservedEnv[name]; {
		case !envName.MatchString(name):
			p.addf(at, "%s is no name of a variable (letters, digits and '_', no digit first)", quote(name))
		case reserved:
			p.addf(at, "%s cannot be set (%s)", name, why)
		case s.Threads > 0 && slices.Contains(threadEnv, name):
			p.addf(at, "%s is set by threads (remove one of them)", name)
		case strings.Contains(value.Value, "\x00"):
			p.addf(at, "a NUL character cannot be in a variable")
		case !value.NotSecret:
			p.checkEnvSecret(at, name, value.Value)
		}
	}
}

func (s *Spec) checkArgs(p *problems) {
	for _, name := range slices.Sorted(maps.Keys(s.Args)) {
		at := child("args", name)
		switch {
		case p.has(at):
		case !argName.MatchString(name):
			p.addf(at, "%s is no name of a build argument (letters, digits and '_', no digit first)", quote(name))
		case ReservedArg(name):
			p.addf(at, "%s is an argument of the build itself, which needs no declaration (remove it)", name)
		default:
			p.checkArgSecret(at, name, s.Args[name])
		}
	}
}

func (s *Spec) checkLabels(p *problems) {
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		at := child("labels", key)
		switch {
		case p.has(at):
		case len(key) > maxText || !labelKey.MatchString(key):
			p.addf(at, "%s is no key of a label (letters, digits, and between them '.', '_', '/' and '-', at most %d characters)",
				quote(key), maxText)
		case key == "org.opencontainers.image.title":
			p.addf(at, "this label comes from name (remove it)")
		case key == "org.opencontainers.image.version":
			p.addf(at, "this label comes from version (write version: instead)")
		case strings.Contains(s.Labels[key], "\x00"):
			p.addf(at, "a NUL character cannot be in a label")
		default:
			p.checkKnownSecret(at, s.Labels[key])
		}
	}
}
