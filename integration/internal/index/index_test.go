package index

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const demo = "demo_app-1.0-py3-none-any.whl"

// started is a server with a wheel, and the bytes of that.
func started(t *testing.T, opt Options) (*Server, []byte) {
	t.Helper()
	opt.Dir = t.TempDir()
	src := t.TempDir()
	if err := os.WriteFile(filepath.Join(src, "demo.py"), []byte("print(1)\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(opt.Dir, demo)
	if err := MakeWheel(file, src, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, data
}

// fetch gets a page, as far as it comes.
func fetch(t *testing.T, url, auth string) (int, []byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, data, err
}

func TestServesFilesAndTellsRequests(t *testing.T) {
	t.Parallel()
	s, wheel := started(t, Options{Auth: "Bearer x"})
	for _, tt := range []struct {
		path, auth string
		status     int
		want       string
	}{
		{"/files/" + demo, "Bearer x", 200, string(wheel)},
		{"/files/" + demo, "", 401, "credentials, please\n"},
		{"/files/none.whl", "Bearer x", 404, "404 page not found\n"},
		{"/simple/demo-app/", "Bearer x", 200, fmt.Sprintf("<!DOCTYPE html>\n<a href=\"/files/%s#sha256=%x\">%[1]s</a><br>\n", demo, sha256.Sum256(wheel))},
		{"/simple/none/", "Bearer x", 404, "no such project\n"},
	} {
		status, data, err := fetch(t, s.URL+tt.path, tt.auth)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fmt.Sprint(tt.status, tt.want), fmt.Sprint(status, string(data))); diff != "" {
			t.Errorf("%s -want +got:\n%s", tt.path, diff)
		}
	}
	want := strings.ReplaceAll(`GET /files/DEMO 200 authorized
GET /files/DEMO 401
GET /files/none.whl 404 authorized
GET /simple/demo-app/ 200 authorized
GET /simple/none/ 404 authorized
`, "DEMO", demo)
	if diff := cmp.Diff(want, s.Requests()); diff != "" {
		t.Errorf("requests -want +got:\n%s", diff)
	}
	s.Forget()
	if got := s.Requests(); got != "" {
		t.Errorf("requests after Forget: %s", got)
	}
}

func TestFaultsEndWithTheirNumber(t *testing.T) {
	t.Parallel()
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, wheel := started(t, Options{})
	elsewhere, _ := started(t, Options{Host: "127.0.0.2"})
	half := string(wheel[:len(wheel)/2])
	for _, tt := range []struct {
		kind, arg string
		status    int
		body      string
		err       error
	}{
		{"status", "503", 503, "Service Unavailable\n", nil},
		{"file", other, 200, "other", nil},
		{"redirect", elsewhere.URL + "/files/" + demo, 200, string(wheel), nil},
		{"truncate", "", 200, half, io.ErrUnexpectedEOF},
		{"reset", "", 200, half, syscall.ECONNRESET},
		{"stall", "", 200, half, os.ErrDeadlineExceeded},
	} {
		if err := s.SetFault(demo, tt.kind, tt.arg, 1); err != nil {
			t.Fatal(err)
		}
		status, data, err := fetch(t, s.URL+"/files/"+demo, "")
		if status != tt.status || !strings.HasPrefix(tt.body, string(data)) || tt.err == nil && string(data) != tt.body {
			t.Errorf("%s: %d, %q", tt.kind, status, data)
		}
		if !errors.Is(err, tt.err) && !(tt.kind == "stall" && os.IsTimeout(err)) {
			t.Errorf("%s: error %v, want %v", tt.kind, err, tt.err)
		}
		if _, data, err := fetch(t, s.URL+"/files/"+demo, ""); err != nil || string(data) != string(wheel) {
			t.Errorf("after %s: %v, %d bytes", tt.kind, err, len(data))
		}
	}
	if !strings.Contains(elsewhere.Requests(), "GET /files/"+demo+" 200") {
		t.Errorf("the redirect led nowhere: %s", elsewhere.Requests())
	}
}

func TestDripIsSlow(t *testing.T) {
	t.Parallel()
	s, wheel := started(t, Options{})
	if err := s.SetFault(demo, "drip", "", -1); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_, data, err := fetch(t, s.URL+"/files/"+demo, "")
	if took, want := time.Since(begin), time.Duration(len(wheel)/dripped)*time.Second/10; err != nil || len(data) != len(wheel) || took < want {
		t.Errorf("%d bytes in %s, %v; want %d in at least %s", len(data), took, err, len(wheel), want)
	}
}

func TestLocksNameTheFiles(t *testing.T) {
	t.Parallel()
	s, wheel := started(t, Options{})
	files := []string{filepath.Join(s.opt.Dir, demo), filepath.Join(s.opt.Dir, "old-2.tar.gz")}
	if err := os.WriteFile(files[1], []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	lock, err := Lock("http://example.com", files)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`lock-version = "1.0"
created-by = "keelback-test"

[[packages]]
name = "demo-app"
version = "1.0"
wheels = [
    {name = "demo_app-1.0-py3-none-any.whl", url = "http://example.com/files/demo_app-1.0-py3-none-any.whl", size = %d, hashes = {sha256 = "%x"}},
]

[[packages]]
name = "old"
version = "2"
sdist = {name = "old-2.tar.gz", url = "http://example.com/files/old-2.tar.gz", size = 1, hashes = {sha256 = "%x"}}
`, len(wheel), sha256.Sum256(wheel), sha256.Sum256([]byte("x")))
	if diff := cmp.Diff(want, lock); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	requirements, err := Requirements(files)
	if err != nil {
		t.Fatal(err)
	}
	want = fmt.Sprintf("demo-app==1.0 \\\n    --hash=sha256:%x\nold==2 \\\n    --hash=sha256:%x\n", sha256.Sum256(wheel), sha256.Sum256([]byte("x")))
	if diff := cmp.Diff(want, requirements); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
