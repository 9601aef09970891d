package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
)

// pushed is a registry in memory that counts what it is sent.
type pushed struct {
	address string // HOST:PORT
	server  *httptest.Server

	mu    sync.Mutex
	bytes int64
	blobs int
}

func startRegistry() *pushed {
	p := &pushed{}
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut || r.Method == http.MethodPatch {
			body := &counted{ReadCloser: r.Body}
			r.Body = body
			defer func() { p.add(r.URL.Path, body.n) }()
		}
		images.ServeHTTP(w, r)
	}))
	p.address = strings.TrimPrefix(p.server.URL, "http://")
	return p
}

func (p *pushed) close() { p.server.Close() }

func (p *pushed) add(path string, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += n
	if n > 0 && strings.Contains(path, "/blobs/") {
		p.blobs++
	}
}

// take gives what has come since the last call: the bytes, also of manifests, and the
// number of layers. One of the blobs of an image is its config.
func (p *pushed) take() (bytes int64, layers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	bytes, layers = p.bytes, max(0, p.blobs-1)
	p.bytes, p.blobs = 0, 0
	return bytes, layers
}

// counted counts what is read.
type counted struct {
	io.ReadCloser
	n int64
}

func (c *counted) Read(data []byte) (int, error) {
	n, err := c.ReadCloser.Read(data)
	c.n += int64(n)
	return n, err
}
