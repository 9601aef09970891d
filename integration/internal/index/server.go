package index

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options of a server.
type Options struct {
	// Dir has the wheels and source distributions that are served.
	Dir string

	// Host is an address of loopback; 127.0.0.1 where it is empty.
	Host string

	// Auth is the header Authorization that a request must have. Empty: none.
	Auth string
}

// Server is a running index. It has the files below /files/, and for installers that
// look for them pages below /simple/ (PEP 503).
type Server struct {
	// URL of the server, without a slash at its end.
	URL string

	opt  Options
	http *http.Server

	mu       sync.Mutex
	faults   map[string]*Fault // by the name of the file
	requests []*request
}

// request is what the server was asked for, and what it did.
type request struct {
	method, path string
	authorized   bool // it had a header Authorization
	answer       string
}

// Start starts a server, at a port that is free.
func Start(opt Options) (*Server, error) {
	if opt.Host == "" {
		opt.Host = "127.0.0.1"
	}
	if ip := net.ParseIP(opt.Host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s: not an address of loopback", opt.Host)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(opt.Host, "0"))
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + listener.Addr().String(), opt: opt, faults: map[string]*Fault{}}
	s.http = &http.Server{Handler: s}
	go s.http.Serve(listener)
	return s, nil
}

// Close ends the server, and the answers that it has not finished.
func (s *Server) Close() error { return s.http.Close() }

// Requests lists the requests since the start or the last call of Forget, in the order
// in which they came: method, path, and the status or the fault that they were
// answered with. Those that had credentials end with the word authorized.
func (s *Server) Requests() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out strings.Builder
	for _, r := range s.requests {
		fmt.Fprintf(&out, "%s %s %s", r.method, r.path, r.answer)
		if r.authorized {
			out.WriteString(" authorized")
		}
		out.WriteString("\n")
	}
	return out.String()
}

// Forget empties the list of requests.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// ServeHTTP answers a request, or fails to do so as it is told.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	credentials := req.Header.Get("Authorization")
	r := &request{method: req.Method, path: req.URL.Path, authorized: credentials != "", answer: "unanswered"}
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	answer := func(text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		r.answer = text
	}
	recorder := &statusRecorder{w, func(status int) { answer(strconv.Itoa(status)) }}

	dir, name := path.Split(req.URL.Path)
	switch fault := s.faultOf(name); {
	case s.opt.Auth != "" && credentials != s.opt.Auth:
		http.Error(recorder, "credentials, please", http.StatusUnauthorized)
	case dir == "/files/" && fault != nil:
		answer(fault.kind)
		fault.serve(w, req, filepath.Join(s.opt.Dir, name))
	case dir == "/files/":
		s.serveFile(recorder, req, name)
	case strings.HasPrefix(dir, "/simple/") && name == "":
		s.serveProject(recorder, strings.Trim(strings.TrimPrefix(dir, "/simple/"), "/"))
	default:
		http.NotFound(recorder, req)
	}
}

// statusRecorder tells the status of an answer before it is sent.
type statusRecorder struct {
	http.ResponseWriter
	tell func(int)
}

// WriteHeader sends the status.
func (r *statusRecorder) WriteHeader(status int) {
	r.tell(status)
	r.ResponseWriter.WriteHeader(status)
}

func (s *Server) serveFile(w http.ResponseWriter, req *http.Request, name string) {
	data, err := os.ReadFile(filepath.Join(s.opt.Dir, name))
	if err != nil {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, req, name, time.Time{}, bytes.NewReader(data))
}

// serveProject lists the files of a project.
func (s *Server) serveProject(w http.ResponseWriter, project string) {
	names, err := s.files(project)
	if err != nil || len(names) == 0 {
		http.Error(w, "no such project", http.StatusNotFound)
		return
	}
	var page strings.Builder
	page.WriteString("<!DOCTYPE html>\n")
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(s.opt.Dir, name))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(&page, "<a href=\"/files/%s#sha256=%x\">%[1]s</a><br>\n", html.EscapeString(name), sha256.Sum256(data))
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusOK)
	w.Write([]byte(page.String()))
}

// files are the names of a project's files.
func (s *Server) files(project string) ([]string, error) {
	entries, err := os.ReadDir(s.opt.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if name, _, ok := nameAndVersion(e.Name()); ok && name == project {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, err
}

// faultOf is what goes wrong with this request of a file, or nil.
func (s *Server) faultOf(name string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faults[name]
	if f == nil || f.left == 0 {
		return nil
	}
	f.left--
	return f
}
