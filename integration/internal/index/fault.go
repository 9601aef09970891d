package index

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Fault is what a server does instead of sending a file.
type Fault struct {
	kind string
	left int // requests that it is for; forever when negative
	run  server
}

// server answers a request of a file that has these bytes.
type server func(w http.ResponseWriter, req *http.Request, data []byte)

// SetFault makes requests of a file fail, the next n of them or, when n is negative, all.
// The kinds are: `status` CODE; `redirect` URL; `file` PATH, which sends the bytes of
// another file; `reset` and `truncate`, which end the connection in the middle, the
// one hard and the other in order; `drip`, 1 KB a second; and `stall`, which stops in
// the middle.
func (s *Server) SetFault(name, kind, arg string, n int) error {
	run, err := serverOf(kind, arg)
	if err != nil {
		return err
	}
	if kind == "status" {
		kind = arg
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[name] = &Fault{kind: kind, left: n, run: run}
	return nil
}

// serve is the answer to a request of the file at a path.
func (f *Fault) serve(w http.ResponseWriter, req *http.Request, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		data = bytes.Repeat([]byte("fault"), 1<<10) // of a file that is not there
	}
	f.run(w, req, data)
}

// serverOf is what a kind of fault does.
func serverOf(kind, arg string) (server, error) {
	switch kind {
	case "status":
		code, err := strconv.Atoi(arg)
		return status(code), err
	case "redirect":
		return redirect(arg), nil
	case "file":
		other, err := os.ReadFile(arg)
		return send(other), err
	case "reset":
		return reset, nil
	case "truncate":
		return truncate, nil
	case "drip":
		return drip, nil
	case "stall":
		return stall, nil
	default:
		return nil, fmt.Errorf("no fault %q (status, redirect, file, reset, truncate, drip, stall)", kind)
	}
}

func status(code int) server {
	return func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		http.Error(w, http.StatusText(code), code)
	}
}

func redirect(url string) server {
	return func(w http.ResponseWriter, req *http.Request, _ []byte) {
		http.Redirect(w, req, url, http.StatusFound)
	}
}

func send(other []byte) server {
	return func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.Write(other) }
}

// sendHalf announces a file and sends half of it.
func sendHalf(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data[:len(data)/2])
	http.NewResponseController(w).Flush()
}

func reset(w http.ResponseWriter, _ *http.Request, data []byte) {
	sendHalf(w, data)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

func truncate(w http.ResponseWriter, _ *http.Request, data []byte) { sendHalf(w, data) }

// dripped is what drip sends each tenth of a second, in bytes.
const dripped = 100

func drip(w http.ResponseWriter, req *http.Request, data []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	for len(data) > 0 && wait(req.Context(), time.Second/10) {
		n := min(len(data), dripped)
		w.Write(data[:n])
		http.NewResponseController(w).Flush()
		data = data[n:]
	}
}

func stall(w http.ResponseWriter, req *http.Request, data []byte) {
	sendHalf(w, data)
	<-req.Context().Done()
}

// wait tells whether the time has passed, and not ended.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
