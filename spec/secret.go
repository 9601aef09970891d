package spec

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// The image is for all to read who can pull it: so a spec must not hold secrets.
// No message about one shows its value.

var (
	// secretName finds names of secrets, such as DB_PASSWORD, PGPASSWORD or apiKey, as
	// whole words or at the end of one: it is not in TOKENIZERS_PARALLELISM.
	secretName = regexp.MustCompile(`(PASSWORD|PASSWD|PASSPHRASE|PWD|SECRETS?|TOKEN|APIKEY|CREDENTIALS?` +
		`|(API|PRIVATE|ACCESS|SECRET|ENCRYPTION|SIGNING|MASTER|ACCOUNT|AUTH|STORAGE|LICENSE)_?KEY)(_|$)`)

	// aboutSecret are last words of names that only tell something about a secret,
	// such as TOKEN_TTL or PASSWORD_FILE.
	aboutSecret = strings.Fields(`AGE ALG ALGORITHM ARN ATTEMPTS AUDIENCE BACKEND CACHE CLASS COOKIE COUNT
		DAYS DIR DOMAIN ENABLED ENCODING ENDPOINT ENGINE ENV EXPIRATION EXPIRE EXPIRES EXPIRY FIELD FILE
		FOLDER FORM FORMAT HASHER HEADER HOST HOURS ID ISSUER LEEWAY LENGTH LIFETIME LIMIT LINK LOCATION
		MANAGER MAX METHOD MIN MINUTES MODE MOUNT NAME NAMESPACE PAGE PATH PATTERN POLICY PORT PREFIX PROJECT
		PROVIDER REALM REF REGEX REGION REQUIRED RETRIES ROTATION SCHEME SCOPE SCOPES SECONDS SERVICE SIZE
		STORE STRATEGY TEMPLATE TIMEOUT TTL TYPE URI URL USER USERNAME VALIDATORS VERSION VIEW WINDOW`)

	// harmless are values that no secret has: switches, numbers, paths, and URLs
	// (those with a password are found by their form).
	harmless = regexp.MustCompile(`^((?i:true|false|yes|no|on|off|none|null|auto|required|optional|disabled|enabled)` +
		`|[-+]?[0-9]+(\.[0-9]+)?[a-zA-Z]{0,2}` +
		`|[.~]{0,2}(/[A-Za-z0-9._-]{1,40})+/?` +
		`|[a-z][a-z0-9+.-]*://[^\s@]*)$`)

	// knownSecrets are forms of values that are secrets under any name.
	knownSecrets = []struct {
		what string
		form *regexp.Regexp
	}{
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-1`)},
		{"a URL with a password", regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/@:]*:[^\s/@$<{][^\s/@]*@`)},
		{"a connection string with a password", regexp.MustCompile(`(?i)(^|[;&?\s_-])(password|passwd|pwd|accountkey|sharedaccesskey)=[^;&\s/$<{%][^;&\s]{3,}`)},
		{"an access key of AWS", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a token of GitHub", regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})`)},
		{"a token of GitLab", regexp.MustCompile(`\bgl(pat|dt|rt|cbt)-[A-Za-z0-9_-]{20,}`)},
		{"a token of Slack", regexp.MustCompile(`\bxox[a-z]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T`)},
		{"a secret key", regexp.MustCompile(`\b(sk|rk)[-_][A-Za-z0-9_-]*[A-Za-z0-9]{16}`)},
		{"a JSON web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.`)},
		{"a token of a package index", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}|\bpypi-AgE[A-Za-z0-9_-]{40,}`)},
		{"a key of Google", regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]{20,}`)},
		{"a token", regexp.MustCompile(`\b(hf_[A-Za-z0-9]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|dop_v1_[a-f0-9]{64}|shp(at|ss|pa)_[a-fA-F0-9]{32}|hv[sb]\.[A-Za-z0-9_-]{20,})`)},
		{"a token", regexp.MustCompile(`(?i)^(bearer|basic) [A-Za-z0-9+/._=-]{16,}$`)},
	}
)

const secretHint = "it would be in the image for all to read (mount it as a secret at run time"

// checkEnvSecret reports a variable that looks like a secret.
func (p *problems) checkEnvSecret(at, name, value string) {
	if what := secretIn(name, value); what != "" {
		p.addSecret(at, "the value looks like %s; %s; if it is none, write {value: ..., not_secret: true})", what, secretHint)
	}
}

// checkArgSecret reports a build argument that looks like a secret.
func (p *problems) checkArgSecret(at, name, value string) {
	if what := secretIn(name, value); what != "" && !p.has(at) {
		p.addSecret(at, "the value looks like %s; build arguments are for all to read (mount it as a secret at run time)", what)
	}
}

// checkKnownSecret reports a value that is a secret under any name.
func (p *problems) checkKnownSecret(at, value string) {
	if what := knownSecret(value); what != "" {
		p.addSecret(at, "the value looks like %s; %s)", what, secretHint)
	}
}

// secretIn says what kind of secret a named value looks like, or "".
func secretIn(name, value string) string {
	switch what := knownSecret(value); {
	case what != "":
		return what
	case isSecretName(name) && value != "" && !harmless.MatchString(value):
		return "a secret, going by its name"
	case isRandom(value):
		return "a random key"
	default:
		return ""
	}
}

func knownSecret(value string) string {
	for _, known := range knownSecrets {
		if known.form.MatchString(value) {
			return known.what
		}
	}
	return ""
}

func isSecretName(name string) bool {
	name = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	last := name[strings.LastIndexByte(name, '_')+1:]
	return secretName.MatchString(name) && !slices.Contains(aboutSecret, last)
}

// mayBeSecret tells whether the value at path is not to be shown, going by its name.
func mayBeSecret(path string) bool {
	for _, parent := range []string{"env", "args", "labels"} {
		if path == parent {
			return true
		}
		if name, ok := strings.CutPrefix(path, parent+"."); ok {
			return isSecretName(strings.TrimSuffix(strings.TrimSuffix(name, ".value"), ".not_secret"))
		}
	}
	return false
}

var base64Form = regexp.MustCompile(`^[A-Za-z0-9+/_=-]{24,}$`)

// isRandom tells whether a value looks like random bytes in base64: letters of
// both cases and digits, which change all the time and seldom come again. Digests
// and commits, which are hexadecimal, are no secrets.
func isRandom(value string) bool {
	if !base64Form.MatchString(value) {
		return false
	}
	var counts [256]int
	var classes [4]int
	changes := 0
	for i := range len(value) {
		counts[value[i]]++
		classes[classOf(value[i])]++
		if i > 0 && classOf(value[i]) != classOf(value[i-1]) {
			changes++
		}
	}
	if classes[1] == 0 || classes[2] == 0 || classes[3] == 0 {
		return false
	}
	bits, size := 0.0, float64(len(value))
	for _, n := range counts {
		if n > 0 {
			bits -= float64(n) / size * math.Log2(float64(n)/size)
		}
	}
	return bits > 3.8 && float64(changes) > 0.45*size
}

// classOf is 1 for lower-case letters, 2 for upper-case ones, 3 for digits, else 0.
func classOf(b byte) int {
	switch {
	case 'a' <= b && b <= 'z':
		return 1
	case 'A' <= b && b <= 'Z':
		return 2
	case '0' <= b && b <= '9':
		return 3
	default:
		return 0
	}
}
