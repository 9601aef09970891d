package lock

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/keelback/keelback/spec"
)

const (
	nameAndExtras = `^\s*[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*`

	// hashing makes a requirements.txt with hashes.
	hashing = "uv pip compile --generate-hashes"
)

var (
	hash        = regexp.MustCompile(`--hash[=\s]+([a-z0-9]+):([0-9a-f]+)`)
	pinned      = regexp.MustCompile(nameAndExtras + `===?\s*[^\s;,*@]+\s*(;|$)`)
	direct      = regexp.MustCompile(nameAndExtras + `@\s*(\S+)`)
	bareURL     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	urlHash     = regexp.MustCompile(`(?:^|&)sha256=([0-9a-f]{64})(?:&|$)`)
	option      = regexp.MustCompile(`^(--[A-Za-z-]+|-[A-Za-z])[\s=]*(.*)$`)
	moreOptions = regexp.MustCompile(`\s--?[A-Za-z]\S*`)
	credentials = regexp.MustCompile(`://[^/\s@]*:[^/\s@]*@|(?i:https?)://[^/\s@]+@`)
)

// checkLine tells what is wrong with a line of a requirements file, or nothing.
func checkLine(s *spec.Spec, line string) string {
	switch {
	case credentials.MatchString(line):
		return "a password or token in a URL (give it as the build secret netrc)"
	case strings.HasPrefix(line, "-"):
		return checkOption(line)
	default:
		return checkRequirement(s, line)
	}
}

// checkOption lets those options pass which say where files come from, or make uv
// stricter. An option may have a say on what is built (--no-binary), and so run code.
func checkOption(line string) string {
	m := option.FindStringSubmatch(line)
	if m == nil {
		return fmt.Sprintf("not an option: %q", line)
	}
	name, value := m[1], m[2]
	single := value != "" && !strings.ContainsAny(value, " \t")
	ok := false
	switch name {
	case "-e", "--editable":
		return "an editable project cannot be locked by hash (uv.lock can)"
	case "--no-binary":
		return "--no-binary lets packages be built, which runs their code (dependencies: {allow_sdist: [NAME]})"
	case "-r", "--requirement", "-c", "--constraint":
		return fmt.Sprintf("%s takes the path of one file in the build context, not %q", name, value)
	case "--require-hashes", "--pre", "--prefer-binary":
		ok = value == ""
	case "--only-binary":
		ok = single && value != ":none:"
	case "-i", "--index-url", "--extra-index-url":
		ok = single && (strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://"))
	case "-f", "--find-links":
		ok = single && strings.HasPrefix(value, "https://")
	default:
		return fmt.Sprintf("the option %s may not be in a lock (only -r, -c, --index-url, --extra-index-url, --find-links, --require-hashes, --only-binary, --prefer-binary and --pre are)", name)
	}
	if !ok {
		return fmt.Sprintf("%q is no value for %s here (one option on a line; URLs with https; --only-binary not :none:)", value, name)
	}
	return ""
}

// checkRequirement tells what is wrong with the line of one package, or nothing.
func checkRequirement(s *spec.Spec, line string) string {
	bare := strings.TrimSpace(hash.ReplaceAllString(line, " "))
	name := requirementName(bare)
	if bareURL.MatchString(bare) {
		return "a URL without the name of its package (NAME @ URL --hash=sha256:...)"
	}
	if name == "" {
		return fmt.Sprintf("not a requirement: %q", line)
	}
	if m := moreOptions.FindString(bare); m != "" {
		return fmt.Sprintf("%s has the option%s (only --hash=sha256:... may be here)", name, m)
	}
	hashed := false
	for _, m := range hash.FindAllStringSubmatch(line, -1) {
		hashed = hashed || isSHA256(m[1], m[2])
	}
	if m := direct.FindStringSubmatch(bare); m != nil {
		return checkURL(s, name, m[1], hashed)
	}
	if !pinned.MatchString(bare) {
		return fmt.Sprintf("%s is not pinned with == (%s)", name, hashing)
	}
	if !hashed {
		return fmt.Sprintf("%s has no --hash=sha256:... (%s)", name, hashing)
	}
	return ""
}

// checkURL tells what is wrong with a package that a URL gives, or nothing.
func checkURL(s *spec.Spec, name, address string, hashed bool) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return fmt.Sprintf("%s: not a URL", name)
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Sprintf("%s comes from %s, which cannot be locked by hash (the https URL of a wheel can)", name, u.Scheme)
	case !hashed && !urlHash.MatchString(u.Fragment):
		return fmt.Sprintf("%s has no --hash=sha256:..., nor #sha256=... in its URL (%s)", name, hashing)
	case path.Ext(u.Path) != ".whl" && !allowed(s, name):
		return fmt.Sprintf("%s is no wheel, and building it runs its code (dependencies: {allow_sdist: [%s]})", name, name)
	}
	return ""
}
