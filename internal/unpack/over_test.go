package unpack_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/unpack"
)

// skeleton is an environment, and another group of its packages.
const skeleton = `
-- opt/venv/pyvenv.cfg --
-- opt/venv/bin/python -> /usr/local/bin/python3.13 --
-- opt/venv/bin/other --
#!/opt/venv/bin/python
-- opt/venv/lib/python3.13/site-packages/other-2.0.dist-info/RECORD --
other/__init__.py,,
other/api.py,,
../../../bin/other,,
-- opt/venv/lib/python3.13/site-packages/other/__init__.py --
shared
-- opt/venv/lib/python3.13/site-packages/other/api.py --
`

func open(t *testing.T, text string) *rootfs.Root {
	t.Helper()
	root, err := rootfs.Open(rootfstest.Text(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestOtherLayersOfTheImage(t *testing.T) {
	t.Parallel()
	const site = "lib/python3.13/site-packages/"
	tests := []struct{ name, wheel, want string }{
		{"another file", "-- other/__init__.py --\nchanged\n", "other/__init__.py: other 2.0 has another file for " + site + "other/__init__.py"},
		{"another file of the same size", "-- other/__init__.py --\nShared\n", "other/__init__.py: other 2.0 has another file for " + site + "other/__init__.py"},
		{"another program", "-- evil-1.0.dist-info/entry_points.txt --\n[console_scripts]\nother = evil:main\n", "bin/other: other 2.0 has another file for bin/other"},
		{"a file that clashes", "-- other/API.py --\n", "other/API.py: clashes with " + site + "other/api.py of other 2.0 (some file systems take them for the same)"},
		{"a file in the place of a directory", "-- Other --\n", "Other: clashes with " + site + "other of other 2.0 (some file systems take them for the same)"},
		{"a directory in the place of a file", "-- other/api.py/x.py --\n", "other/api.py/x.py: clashes with " + site + "other/api.py of other 2.0 (some file systems take them for the same)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, wheels := save(t, map[string]archive{evil: wheel(t, evil, tt.wheel)})
			over := []*rootfs.Root{open(t, ""), open(t, skeleton)}
			refused(t, unpack.Options{Wheels: wheels, Over: over}, evil+": "+tt.want)
		})
	}
}

func TestOtherLayersWithTheSameFiles(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	_, wheels := save(t, map[string]archive{evil: wheel(t, evil, "-- other/__init__.py --\nshared\n-- OTHER/more.py --\n")})
	res, err := unpack.Install(unpack.Options{
		Out: filepath.Join(t.TempDir(), "out"), Python: "3.13", Wheels: wheels, Over: []*rootfs.Root{open(t, skeleton)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(7, res.Files); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNativesGetWhatIsNative(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	for _, tt := range []struct {
		name, wheel string
		native      bool
	}{
		{"native", "-- evil.so --\n\x7fELF\n-- x.py 0100755 --\n", true},
		{"pure", "-- evil.so --\nELF\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, wheels := save(t, map[string]archive{evil: wheel(t, evil, tt.wheel)})
			out, natives := filepath.Join(t.TempDir(), "out"), t.TempDir()
			res, err := unpack.Install(unpack.Options{Out: out, Natives: natives, Python: "3.13", Wheels: wheels})
			if err != nil {
				t.Fatal(err)
			}
			if res.Native != tt.native {
				t.Errorf("native: %v", res.Native)
			}
			empty := filepath.Join(natives, "opt")
			if tt.native {
				if diff := cmp.Diff(rootfstest.List(t, out), rootfstest.List(t, natives)); diff != "" {
					t.Errorf("-out +natives:\n%s", diff)
				}
				if diff := cmp.Diff(contents(t, filepath.Join(out, "opt/venv")), contents(t, filepath.Join(natives, "opt/venv"))); diff != "" {
					t.Errorf("-out +natives:\n%s", diff)
				}
			} else if files, err := filepath.Glob(empty); err != nil || len(files) > 0 {
				t.Errorf("%v, %v", files, err)
			}
		})
	}
}
