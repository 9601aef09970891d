package lock

import (
	"net/url"
	"path"
	"strings"
)

// secretParameters are names of query parameters that grant access to what a URL
// names.
var secretParameters = []string{
	"token", "access_token", "private_token", "auth", "key", "api_key", "apikey", "password", "secret",
	"sig", "signature", "x-amz-signature", "x-amz-security-token", "x-goog-signature",
}

const netrcHint = "give it as the build secret netrc"

// checkURL tells what is wrong with a URL that files come from, or nothing. It never
// shows the URL, which may hold a password.
func checkURL(address string) string {
	if plainURL(address) {
		return "" // nearly all of them
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "something that is not a URL"
	case u.Scheme == "ssh":
		return "a URL of the scheme \"ssh\", which needs a key (https works)"
	case u.User != nil:
		return "a password or token in a URL (" + netrcHint + ")"
	case u.Scheme != "https" && u.Scheme != "http":
		return "a URL of the scheme \"" + u.Scheme + "\" (https works)"
	case u.Host == "":
		return "a URL without a host"
	}
	for name := range u.Query() {
		for _, secret := range secretParameters {
			if strings.EqualFold(name, secret) {
				return "a token in the query of a URL (" + netrcHint + ")"
			}
		}
	}
	return ""
}

// plainURL tells of a URL that has a host and a path, and nothing else. Locks have
// tens of thousands of them.
func plainURL(address string) bool {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok || rest == "" || rest[0] == '/' {
		return false
	}
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '/', c == '-', c == '_', c == '.', c == '+', c == '~':
		default:
			return false
		}
	}
	return true
}

// baseName is the percent-decoded name of the file that a URL or a path names.
func baseName(address string) string {
	if !strings.ContainsAny(address, "%?#") {
		return path.Base(address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return path.Base(address)
	}
	name, err := url.PathUnescape(path.Base(u.EscapedPath()))
	if err != nil {
		return path.Base(address)
	}
	return name
}

// withoutFragment is a URL without what follows a number sign, which is never sent.
func withoutFragment(address string) string {
	address, _, _ = strings.Cut(address, "#")
	return address
}

// withoutUser is a URL without user name and password.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}
