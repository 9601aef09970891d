package frontend

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/solver/pb"

	"github.com/keelback/keelback/llb"
)

var badStatus = regexp.MustCompile(`invalid response status ([0-9]+)`)

// diagnose tells why a download failed, and whether that may pass. With a checksum
// BuildKit takes the page of an error for the file and tells of its digest only, so the
// server is asked once more.
func (d *downloads) diagnose(ctx context.Context, f llb.Download, err error) (reason string, passes bool) {
	if errors.Is(err, errStalled) {
		return "the server stopped sending", true
	}
	if strings.Contains(err.Error(), "x509: ") {
		return lastOf(err) + " (the machine of the builder has to trust the server's authority)", false
	}
	if !strings.Contains(err.Error(), "digest mismatch") {
		return lastOf(err), true
	}
	meta, err := d.client.ResolveSourceMetadata(ctx, &pb.SourceOp{Identifier: f.URL + "#diagnosis=" + strconv.Itoa(d.failed()[f.URL])}, sourceresolver.Opt{LogName: "[wheels] ask again for " + f.Name})
	switch {
	case err == nil && meta.HTTP != nil && meta.HTTP.Digest.Encoded() == f.SHA256:
		return "the server sent something else once", true
	case err == nil && meta.HTTP != nil:
		return fmt.Sprintf("the server has another file of that name: the lock has sha256:%s, and what came is %s (if that is right, lock again)", f.SHA256, meta.HTTP.Digest), false
	case err == nil:
		return "not what the lock has", false
	}
	m := badStatus.FindStringSubmatch(err.Error())
	if m == nil {
		return lastOf(err), true
	}
	return status(f, m[1])
}

// status says what the status of an answer means.
func status(f llb.Download, code string) (reason string, passes bool) {
	switch {
	case code == "401" || code == "403":
		return fmt.Sprintf("%s, access denied (give the build secret HTTP_AUTH_TOKEN_%s or HTTP_AUTH_HEADER_%s; keelback build takes it from netrc too)", code, f.Host(), f.Host()), false
	case code == "404" || code == "410":
		return code + ", it is not there (lock again, or name a server that has it: dependencies: {mirror: URL})", false
	case code == "408" || code == "425" || code == "429" || strings.HasPrefix(code, "5"):
		return "the server answers " + code, true
	default:
		return "the server answers " + code, false
	}
}

// lastOf is the last part of an error, which says what happened.
func lastOf(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "x509: "); i >= 0 {
		return text[i+len("x509: "):]
	}
	for _, known := range []string{"connection refused", "connection reset by peer", "no such host", "i/o timeout", "unexpected EOF", "EOF"} {
		if strings.Contains(text, known) {
			return known
		}
	}
	return text
}
