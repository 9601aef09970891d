package scan_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/slim/scan"
)

// Whatever a source says behind an import, what it imports is named, and the search
// finds the same each time.
func FuzzWheels(f *testing.F) {
	for _, seed := range []string{"", "'tests'", "x = 'pkg/sub/tests'", "f'{a}.pyi'", "'%s.c'\n'setuptools'", "from .. import tests\n\"\"\"", "-m pkg.tests"} {
		f.Add([]byte(seed), "module.py")
		f.Add([]byte(seed), "entry_points.txt")
	}
	s := slimmer(f, slim.Options{Level: slim.Max, Named: []string{}})
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
			name = "module.py"
		}
		files := map[string][]byte{
			"pkg/__init__.py": append([]byte("import pkg.sub.tests\n"), text...), "pkg/sub/" + name: text, "pkg-1.0.dist-info/" + name: text,
			"pkg/tests/__init__.py": text, "pkg/sub/tests/__init__.py": nil, "pkg/x.pyi": text, "pkg/x.so": text, "pkg/x.c": text, "pkg/docs/x.md": text,
		}
		file := filepath.Join(t.TempDir(), "pkg-1.0-py3-none-any.whl")
		if err := os.WriteFile(file, wheelOf(t, "pkg-1.0", files), 0o644); err != nil {
			t.Fatal(err)
		}
		var first *scan.Result
		for range 2 {
			res, err := scan.Wheels(scan.Options{Slim: s, Python: "3.13", Wheels: []scan.Wheel{{Path: file, Group: "g"}}})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(res.Named["g"], "pkg/sub/tests") {
				t.Errorf("named: %q", res.Named)
			}
			if first == nil {
				first = res
			}
			if diff := cmp.Diff(first, res); diff != "" {
				t.Errorf("-first +second:\n%s", diff)
			}
		}
	})
}

// Any bytes are a wheel, or an error.
func FuzzArchive(f *testing.F) {
	f.Add(wheelOf(f, "pkg-1.0", map[string][]byte{"pkg/__init__.py": []byte("import pkg.tests"), "pkg/tests/__init__.py": nil}))
	f.Add([]byte("PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	s := slimmer(f, slim.Options{Level: slim.Max, Named: []string{}})
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "pkg-1.0-py3-none-any.whl")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		res, err := scan.Wheels(scan.Options{Slim: s, Python: "3.13", Wheels: []scan.Wheel{{Path: file, Group: "g"}}})
		if (res == nil) == (err == nil) {
			t.Errorf("%v, %v", res, err)
		}
	})
}
