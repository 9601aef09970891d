package llb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/keelback/keelback/spec"
)

// healthCommand is the argv of the health check: the image's own Python, isolated
// and without the site module, so that a check costs one bare start. _socket is the
// extension below the socket module, which would import ten others.
func healthCommand(h *spec.Health) []string {
	return []string{venvDir + "/bin/python", "-I", "-S", "-c", healthProgram(h)}
}

func healthProgram(h *spec.Health) string {
	var b strings.Builder
	b.WriteString("import _socket\n")
	b.WriteString("s = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)\n")
	fmt.Fprintf(&b, "s.settimeout(%s)\n", strconv.FormatFloat(time.Duration(h.Timeout).Seconds(), 'f', -1, 64))
	fmt.Fprintf(&b, "s.connect(('127.0.0.1', %d))\n", h.Port)
	if h.TCP {
		return b.String()
	}
	fmt.Fprintf(&b, "s.sendall(%s)\n", pyBytes("GET "+h.HTTP+" HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
	// The answer is read to its end, up to 1 MiB: a server that is cut off logs it.
	b.WriteString("r = b''\n")
	b.WriteString("while len(r) < 1 << 20:\n d = s.recv(65536)\n if not d: break\n r += d\n")
	b.WriteString("head, _, body = r.partition(b'\\r\\n\\r\\n')\n")
	fmt.Fprintf(&b, "status = head.split(b' ', 2)[1:2]\n")
	fmt.Fprintf(&b, "if status != [b'%d']: raise SystemExit('status %%r, wanted %d' %% (head[:64],))\n", h.Status, h.Status)
	if h.Body != "" {
		fmt.Fprintf(&b, "if %s not in body: raise SystemExit('body lacks %%r' %% (%s,))\n", pyBytes(h.Body), pyBytes(h.Body))
	}
	return b.String()
}

// pyBytes writes a text as a literal of Python's bytes.
func pyBytes(text string) string {
	var b strings.Builder
	b.WriteString("b'")
	for _, c := range []byte(text) {
		switch {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
