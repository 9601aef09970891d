package unpack_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/unpack"
)

// FuzzUnpack installs any bytes as a wheel. Nothing may come to lie outside of the
// directory; after an error it must be empty; else it must have what archive/zip
// reads.
func FuzzUnpack(f *testing.F) {
	rootfstest.NeedsRoot(f)
	for _, text := range []string{
		"-- evil.py --\nx = 1\n-- evil/sub/tool 0100755 --\n-- evil-1.0.data/scripts/run --\n#!python\n",
		"-- evil-1.0.data/data/share/x --\n-- evil-1.0.dist-info/entry_points.txt --\n[console_scripts]\nrun = evil:main\n",
		"-- ../evil --\n", "-- evil 0120777 --\n/etc/passwd\n", "-- evil.pth --\nimport evil\n-- EVIL.pth --\n",
	} {
		f.Add(wheel(f, evil, text).bytes())
	}
	big := wheel(f, evil, "-- evil.py --\n")
	big.end64 = func(_, _, _ *uint64) {}
	big.end = func(count, _, _ *uint32) { *count = 0xffff }
	big.entries[0].both(func(h *fields) { h.flags = 8 })
	big.entries[0].after = le([]byte("PK\x07\x08"), uint32(0), uint32(0), uint32(0))
	f.Add(big.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		around := t.TempDir()
		file := filepath.Join(around, evil)
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(around, "a", "out")
		res, err := unpack.Install(unpack.Options{Out: out, Python: "3.13", Wheels: []unpack.Wheel{{Path: file}}})
		var files int
		walkErr := filepath.WalkDir(around, func(name string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rest := strings.TrimPrefix(name, around)
			switch {
			case d.Type()&^os.ModeDir != 0:
				t.Errorf("%s is a %v", rest, d.Type())
			case strings.HasPrefix(rest, "/a/out/opt/venv/") && !d.IsDir():
				files++
			case rest != "" && rest != "/"+evil && !strings.HasPrefix("/a/out/opt/venv/", rest+"/") && !strings.HasPrefix(rest, "/a/out/opt/venv/"):
				t.Errorf("%s lies elsewhere", rest)
			}
			return nil
		})
		if walkErr != nil {
			t.Fatal(walkErr)
		}
		if err != nil {
			if files > 0 {
				t.Errorf("%d files are left", files)
			}
			return
		}
		if diff := cmp.Diff(res.Files, files); diff != "" {
			t.Errorf("files -reported +there:\n%s", diff)
		}
		sameAsZip(t, data, filepath.Join(out, "opt/venv/lib/python3.13/site-packages"))
	})
}

// sameAsZip compares what is installed with what archive/zip reads.
func sameAsZip(t *testing.T, data []byte, site string) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.File {
		got, err := os.ReadFile(filepath.Join(site, m.Name))
		top, _, _ := strings.Cut(m.Name, "/")
		if err != nil || strings.HasSuffix(m.Name, "/") || strings.HasSuffix(top, ".dist-info") {
			continue
		}
		src, err := m.Open()
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		want, err := io.ReadAll(src)
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: not what archive/zip reads", m.Name)
		}
	}
}
