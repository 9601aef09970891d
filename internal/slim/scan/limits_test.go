package scan_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/slim/scan"
)

// search searches one wheel with some files, compressed.
func search(t *testing.T, files map[string]string) (*scan.Result, error) {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pkg-1.0-py3-none-any.whl")
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	s := slimmer(t, slim.Options{Level: slim.Safe, Named: []string{}})
	return scan.Wheels(scan.Options{Slim: s, Python: "3.13", Wheels: []scan.Wheel{{Path: file, Group: "g"}}})
}

func TestBombs(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 5 {
		files[fmt.Sprintf("pkg/m%d.py", i)] = strings.Repeat(" ", 20<<20)
	}
	_, err := search(t, files)
	if err == nil || !strings.HasPrefix(err.Error(), "pkg-1.0-py3-none-any.whl: a bomb: ") {
		t.Errorf("got %v", err)
	}
}

func TestLongSources(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		before int
		want   string
	}{{1 << 20, "pkg/tests"}, {33 << 20, ""}} {
		res, err := search(t, map[string]string{
			"pkg/__init__.py": strings.Repeat("\n", tt.before) + "import pkg.tests", "pkg/tests/__init__.py": "",
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(res.Named["g"], " "); got != tt.want {
			t.Errorf("behind %d bytes: got %q", tt.before, got)
		}
	}
}
