package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// wheels is an index on loopback that has the files of all locks, as the large public
// ones have them: pages in JSON with sizes (PEP 691, PEP 700), metadata beside each file
// (PEP 658), and files that may be kept for ever. All builds download from it, by pip,
// uv or BuildKit.
type wheels struct {
	url    string
	server *http.Server
	files  map[string]string // paths by name
	pages  map[string]*page  // by the normalised name of the project
}

// page is what an index says of a project.
type page struct {
	Meta struct {
		Version string `json:"api-version"`
	} `json:"meta"`
	Name     string   `json:"name"`
	Versions []string `json:"versions"`
	Files    []file   `json:"files"`
}

type file struct {
	Filename string `json:"filename"`
	URL      string `json:"url"`
	Size     int    `json:"size"`
	Uploaded string `json:"upload-time"`
	Hashes   hashes `json:"hashes"`
	Metadata hashes `json:"core-metadata"`
}

type hashes struct {
	SHA256 string `json:"sha256"`
}

func sum(data []byte) hashes { return hashes{fmt.Sprintf("%x", sha256.Sum256(data))} }

// startWheels serves the files of directories.
func startWheels(dirs []string) (*wheels, error) {
	w := &wheels{files: map[string]string{}, pages: map[string]*page{}}
	for _, dir := range dirs {
		paths, err := filepath.Glob(filepath.Join(dir, "*.whl"))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if err := w.add(path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.url = "http://" + listener.Addr().String()
	w.server = &http.Server{Handler: w}
	go w.server.Serve(listener)
	return w, nil
}

// index is the address for the options of pip and uv.
func (w *wheels) index() string { return w.url + "/simple/" }

func (w *wheels) close() error { return w.server.Close() }

// add reads a wheel, and puts its metadata beside it.
func (w *wheels) add(path string) error {
	name := filepath.Base(path)
	if w.files[name] != "" {
		return nil // another lock has it too
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	metadata, err := metadataOf(data)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".metadata", metadata, 0o644); err != nil {
		return err
	}
	w.files[name], w.files[name+".metadata"] = path, path+".metadata"
	project, version := nameAndVersion(name)
	p := w.pages[project]
	if p == nil {
		p = &page{Name: project}
		p.Meta.Version = "1.1"
		w.pages[project] = p
	}
	p.Versions = append(p.Versions, version)
	p.Files = append(p.Files, file{name, "/files/" + name, len(data), "2026-01-01T00:00:00Z", sum(data), sum(metadata)})
	return nil
}

var separators = regexp.MustCompile(`[-_.]+`)

// nameAndVersion reads the name of a wheel; that of the project is normalised.
func nameAndVersion(wheel string) (name, version string) {
	name, rest, _ := strings.Cut(wheel, "-")
	version, _, _ = strings.Cut(rest, "-")
	return strings.ToLower(separators.ReplaceAllString(name, "-")), version
}

// metadataOf reads METADATA of a wheel.
func metadataOf(wheel []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(wheel), int64(len(wheel)))
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(archive, "*.dist-info/METADATA")
	if err != nil {
		return nil, err
	}
	if len(names) != 1 {
		return nil, errors.New("no wheel: it has not one METADATA")
	}
	return fs.ReadFile(archive, names[0])
}

// ServeHTTP answers with a page of the index or a file.
func (w *wheels) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	name := strings.TrimPrefix(req.URL.Path, "/files/")
	if path, ok := w.files[name]; ok {
		rw.Header().Set("Content-Type", "application/octet-stream")
		rw.Header().Set("Cache-Control", "max-age=365000000, immutable, public")
		rw.Header().Set("ETag", `"`+name+`"`)
		http.ServeFile(rw, req, path)
		return
	}
	p := w.pages[strings.Trim(strings.TrimPrefix(req.URL.Path, "/simple/"), "/")]
	if p == nil {
		http.NotFound(rw, req)
		return
	}
	rw.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
	rw.Header().Set("Cache-Control", "max-age=600, public")
	json.NewEncoder(rw).Encode(p)
}
