package leak

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const secret = "p/ss+word-of-index"

func TestFindsEachFormWhereverItIs(t *testing.T) {
	t.Parallel()
	packed := func(content string) string {
		var archive, compressed bytes.Buffer
		w := tar.NewWriter(&archive)
		if err := w.WriteHeader(&tar.Header{Name: "etc/config", Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		z := gzip.NewWriter(&compressed)
		if _, err := z.Write(archive.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return compressed.String()
	}
	for _, tt := range []struct{ name, content, want string }{
		{"none", "nothing of it", ""},
		{"raw", "x " + secret, "raw"},
		{"hex", "x" + hex.EncodeToString([]byte(secret)), "hex"},
		{"HEX", strings.ToUpper(hex.EncodeToString([]byte(secret))), "hex"},
		{"base64", base64.StdEncoding.EncodeToString([]byte(secret)), "base64"},
		{"base64 after one", base64.StdEncoding.EncodeToString([]byte("a" + secret)), "base64"},
		{"base64 after a name", base64.URLEncoding.EncodeToString([]byte("me@home:" + secret + " and more")), "base64"},
		{"query", "https://example.com/?q=" + url.QueryEscape(secret), "percent-encoding"},
		{"packed", packed(secret), "raw"},
		{"packed twice", packed(packed(secret)), "raw"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "file"), []byte(tt.content), 0o644); err != nil {
				t.Fatal(err)
			}
			found, err := Find([]byte(secret), time.Time{}, []string{dir})
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) == 0 || !strings.HasSuffix(found[0], ": "+tt.want)) {
				t.Errorf("found %q, want %q", found, tt.want)
			}
			if found, err = Find([]byte(secret), time.Now().Add(time.Hour), []string{dir}); err != nil || len(found) > 0 {
				t.Errorf("of an old file: %q, %v", found, err)
			}
		})
	}
}

func TestFindsNamesOfFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "canary-of-a-name"), 0o755); err != nil {
		t.Fatal(err)
	}
	found, err := Find([]byte("canary-of-a-name"), time.Time{}, []string{dir})
	if diff := cmp.Diff([]string{filepath.Join(dir, "canary-of-a-name") + ": raw"}, found); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}
