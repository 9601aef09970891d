package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIndex serves a wheel, its metadata, and the page about it.
func TestIndex(t *testing.T) {
	t.Parallel()
	var wheel bytes.Buffer
	w := zip.NewWriter(&wheel)
	f, err := w.Create("Some.Name-1.0.dist-info/METADATA")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "Name: Some.Name\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Some.Name-1.0-py3-none-any.whl"), wheel.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	server, err := startWheels([]string{dir, dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.close() })
	var got page
	if err := json.Unmarshal(fetchPage(t, server.index()+"some-name/"), &got); err != nil {
		t.Fatal(err)
	}
	want := page{Name: "some-name", Versions: []string{"1.0"}, Files: []file{{
		"Some.Name-1.0-py3-none-any.whl", "/files/Some.Name-1.0-py3-none-any.whl", wheel.Len(), "2026-01-01T00:00:00Z",
		sum(wheel.Bytes()), sum([]byte("Name: Some.Name\n")),
	}}}
	want.Meta.Version = "1.1"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if data := fetchPage(t, server.url+got.Files[0].URL); !bytes.Equal(data, wheel.Bytes()) {
		t.Error("the wheel is another one")
	}
	if data := fetchPage(t, server.url+got.Files[0].URL+".metadata"); string(data) != "Name: Some.Name\n" {
		t.Errorf("the metadata is %q", data)
	}
}

func fetchPage(t *testing.T, url string) []byte {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return data
}
