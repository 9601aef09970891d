package smoke_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/smoke"
)

// health asks the service as health checks of images do.
const health = `import _socket
s = _socket.socket()
s.settimeout(1)
s.connect(('127.0.0.1', 8000))
s.sendall(b'GET / HTTP/1.0\r\n\r\n')
head = s.recv(65536)
if b' 200 ' not in head: raise SystemExit('status %r, wanted 200' % head[9:12])
`

// server is a module that the services of the cases use.
const server = `import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    status = 200
    def do_GET(self):
        self.send_response(self.status)
        self.end_headers()
    def log_message(self, *args): pass
def serve(address="0.0.0.0", port=8000, status=200):
    Handler.status = status
    http.server.HTTPServer((address, port), Handler).serve_forever()
`

// TestRun runs one plan per file: what is tried, what the log says, what the error is,
// or else the result. `$PYTHON`, `$DIR` and `$HEALTH` stand for what differs.
func TestRun(t *testing.T) {
	golden.Run(t, "testdata/run", func(t *testing.T, c *golden.Case) {
		files := c.Files("app/")
		files["server.py"] = []byte(server)
		dir := app(t, files)
		text, _ := c.Input("plan.json")
		healthText, err := json.Marshal([]string{"$PYTHON", "-I", "-S", "-c", health})
		if err != nil {
			t.Fatal(err)
		}
		replace := strings.NewReplacer(`"$HEALTH"`, string(healthText), "$PYTHON", interpreter(t), "$DIR", dir)
		plan := &smoke.Plan{
			Dir: dir, Python: interpreter(t), Timeout: "60s",
			User: smoke.User{Name: "appuser", UID: 1001, GID: 1002, Home: "/home/appuser"},
		}
		if err := json.Unmarshal([]byte(replace.Replace(replace.Replace(string(text)))), plan); err != nil {
			t.Fatal(err)
		}
		result := filepath.Join(t.TempDir(), "result.json")
		log, problem := run(t, options{Result: result, Plan: plan, Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "HOME=/root"}})
		c.Compare("log", plain(log, dir, interpreter(t)))
		c.Compare("error", plain(problem, dir, interpreter(t)))
		did, err := os.ReadFile(result)
		if err != nil && problem == "" {
			t.Fatal(err)
		}
		c.Compare("result", did)
	})
}

var (
	duration  = regexp.MustCompile(`[0-9]+\.[0-9]+ s\b`)
	compiled  = regexp.MustCompile(`compile [0-9]+ modules`)
	traceback = regexp.MustCompile(`(?m)^( +[\^~]+| *File .*|Traceback .*|    .*)\n`)
)

// plain is a text without what differs between machines and runs.
func plain(text, dir, python string) []byte {
	text = strings.NewReplacer(dir, "$DIR", python, "$PYTHON").Replace(text)
	text = duration.ReplaceAllString(text, "N s")
	text = compiled.ReplaceAllString(text, "compile N modules")
	return []byte(traceback.ReplaceAllString(text, ""))
}
