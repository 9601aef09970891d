package unpack_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/unpack"
)

// Each case has the files of wheels, and lists the tree, the contents of programs
// and of what the installer writes, and the notes.
func TestInstall(t *testing.T) {
	rootfstest.NeedsRoot(t)
	golden.Run(t, "testdata/install", func(t *testing.T, c *golden.Case) {
		_, wheels := save(t, wheelsOf(t, c.Files("wheels/")))
		for i, w := range wheels {
			url, _ := c.Input("direct_url " + filepath.Base(w.Path))
			wheels[i].DirectURL = strings.TrimSpace(string(url))
			_, wheels[i].Startup = c.Input("allow_startup")
		}
		out := filepath.Join(t.TempDir(), "out")
		res, err := unpack.Install(unpack.Options{Out: out, Python: "3.13", Wheels: wheels})
		if err != nil {
			t.Fatal(err)
		}
		list := rootfstest.List(t, out)
		c.Compare("tree", []byte(strings.ReplaceAll(list, "/opt/venv/lib/python3.13/site-packages/", "SITE/")))
		c.Compare("contents", []byte(contents(t, filepath.Join(out, "opt/venv"))))
		c.Compare("notes", []byte(strings.Join(res.Notes, "\n")))
		if diff := cmp.Diff(strings.Count(list, "\n-"), res.Files); diff != "" {
			t.Errorf("files -want +got:\n%s", diff)
		}
	})
}

// wheelsOf makes wheels of files whose paths begin with the name of the wheel.
func wheelsOf(t testing.TB, files map[string][]byte) map[string]archive {
	t.Helper()
	parts := map[string][]txtar.File{}
	for name, data := range files {
		file, member, _ := strings.Cut(name, "/")
		parts[file] = append(parts[file], txtar.File{Name: member, Data: data})
	}
	wheels := map[string]archive{}
	for file, members := range parts {
		slices.SortFunc(members, func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
		wheels[file] = wheelOf(t, file, members)
	}
	return wheels
}

// contents are those of the files that differ from what is in the wheels.
func contents(t testing.TB, venv string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(venv, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		dir := filepath.Base(filepath.Dir(name))
		if dir != "bin" && !slices.Contains([]string{"RECORD", "INSTALLER", "direct_url.json"}, d.Name()) {
			return nil
		}
		data, err := os.ReadFile(name)
		fmt.Fprintf(&out, "== %s\n%s", strings.TrimPrefix(name, venv+"/lib/python3.13/site-packages/"), data)
		if len(data) > 0 && data[len(data)-1] != '\n' {
			out.WriteByte('\n')
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), venv+"/", "")
}

func TestWheelsThatBreakTheRules(t *testing.T) {
	t.Parallel()
	const (
		meta   = "evil-1.0.dist-info/METADATA"
		record = "evil-1.0.dist-info/RECORD"
		file   = "evil-1.0.dist-info/WHEEL"
		points = "evil-1.0.dist-info/entry_points.txt"
		lines  = "-- " + record + " --\nevil-1.0.dist-info/METADATA,sha256=5y_Qt_VJpwRxC2GlhhUN87MpSBxLMvkeCvfT-8X9KWQ,\nevil-1.0.dist-info/WHEEL,sha256=JCVX9z8V-js2aV5qmQR2E3fiCs-Yu3vPO91cCBmO1JM,\n"
	)
	tests := []struct{ name, wheel, want string }{
		{"metadata of another name", "-- " + meta + " --\nName: good\nVersion: 1.0\n", meta + ": metadata of \"good\" (the file is named for evil)"},
		{"metadata of another version", "-- " + meta + " --\nName: evil\nVersion: 2.0\n", meta + ": metadata of version \"2.0\" (the file is named for 1.0)"},
		{"metadata without a name", "-- " + meta + " --\nVersion: 1.0\n", meta + ": metadata of \"\" (the file is named for evil)"},
		{"a name in the description", "-- " + meta + " --\nVersion: 1.0\n\nName: evil\n", meta + ": metadata of \"\" (the file is named for evil)"},
		{"no metadata", "-- " + meta + " absent --\n", meta + ": not there (a wheel has one)"},
		{"no RECORD", "-- " + record + " absent --\n", record + ": not there (a wheel has one)"},
		{"no WHEEL", "-- " + file + " absent --\n", file + ": not there (a wheel has one)"},
		{"no directory of metadata", "-- " + meta + " absent --\n-- " + record + " absent --\n-- " + file + " absent --\n-- evil.py --\n", "no directory of metadata (evil-1.0.dist-info)"},
		{"two directories of metadata", "-- good-1.0.dist-info/METADATA --\n", "two directories of metadata: evil-1.0.dist-info, good-1.0.dist-info (a wheel has one)"},
		{"metadata of another package", "-- " + meta + " absent --\n-- " + record + " absent --\n-- " + file + " absent --\n-- good-1.0.dist-info/METADATA --\n", "good-1.0.dist-info: not the metadata of evil 1.0"},
		{"metadata of another package, by its scheme", "-- evil-1.0.data/purelib/good-1.0.dist-info/METADATA --\n", "evil-1.0.data/purelib/good-1.0.dist-info/METADATA: metadata of another package (its own are in evil-1.0.dist-info)"},
		{"metadata of another package, by the data", "-- evil-1.0.data/data/lib/python3.13/site-packages/good-1.0.DIST-INFO/METADATA --\n", "evil-1.0.data/data/lib/python3.13/site-packages/good-1.0.DIST-INFO/METADATA: metadata of another package (its own are in evil-1.0.dist-info)"},

		{"a format to come", "-- " + file + " --\nWheel-Version: 2.0\n", file + ": version 2.0 of its format (Wheel-Version: 1.0 works)"},
		{"no format", "-- " + file + " --\nGenerator: x\n", file + ": does not say the version of its format (Wheel-Version: 1.0 works)"},
		{"a format that is none", "-- " + file + " --\nWheel-Version: 1.x\n", file + `: version "1.x" of its format is no version (Wheel-Version: 1.0 works)`},
		{"neither pure nor not", "-- " + file + " --\nWheel-Version: 1.0\nRoot-Is-Purelib: perhaps\n", file + `: "perhaps" is neither true nor false (Root-Is-Purelib)`},

		{"a file that RECORD does not list", lines + "-- evil.py --\n", "evil.py: not in RECORD"},
		{"a file that only RECORD lists", lines + "evil.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nbad.py,,\n", "bad.py: in RECORD, but not in the archive"},
		{"another hash", lines + "evil.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,\n-- evil.py --\nx = 1\n", "evil.py: not what RECORD says: sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q, RECORD has sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"},
		{"another hash of metadata", "-- " + record + " --\n" + meta + ",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,\n", meta + ": not what RECORD says: sha256=5y_Qt_VJpwRxC2GlhhUN87MpSBxLMvkeCvfT-8X9KWQ, RECORD has sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"},
		{"another size", lines + "evil.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,7\n-- evil.py --\nx = 1\n", "evil.py: 6 bytes, RECORD has 7"},
		{"no hash", lines + "evil.py,,\n-- evil.py --\n", "evil.py: no hash in RECORD"},
		{"md5", lines + "evil.py,md5=1B2M2Y8AsgTpgAmY7PhCfg,\n-- evil.py --\n", record + `: line 3: evil.py: hash "md5" (sha256, sha384, sha512 work)`},
		{"sha1", lines + "evil.py,sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk,\n-- evil.py --\n", record + `: line 3: evil.py: hash "sha1" (sha256, sha384, sha512 work)`},
		{"half a hash", lines + "evil.py,sha256=47DEQpj8HBSa,\n-- evil.py --\n", record + `: line 3: evil.py: "47DEQpj8HBSa" is not a sha256 hash`},
		{"two hashes", lines + "evil.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,\nevil.py,sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q,\n-- evil.py --\n", record + ": evil.py: listed twice, with different hashes"},
		{"two fields", lines + "evil.py,\n-- evil.py --\n", record + ": line 3: not PATH,HASH,SIZE"},
		{"a size that is none", lines + "evil.py,,-1\n-- evil.py --\n", record + `: line 3: evil.py: size "-1" is not a number`},

		{"an unknown scheme", "-- evil-1.0.data/stdlib/os.py --\n", "evil-1.0.data/stdlib/os.py: unknown scheme stdlib (purelib, platlib, scripts, headers and data work)"},
		{"no scheme", "-- evil-1.0.data/os.py --\n", "evil-1.0.data/os.py: a file in no scheme (purelib, platlib, scripts, headers and data work)"},
		{"data of another package", "-- good-1.0.data/scripts/good --\n", "good-1.0.data/scripts/good: not of this package, whose data are in evil-1.0.data"},
		{"the environment's settings", "-- evil-1.0.data/data/pyvenv.cfg --\n", "evil-1.0.data/data/pyvenv.cfg: would replace a part of the environment"},
		{"the environment's directories", "-- evil-1.0.data/data/lib/python3.13 --\n", "evil-1.0.data/data/lib/python3.13: would replace a part of the environment"},
		{"the environment's links", "-- evil-1.0.data/data/lib64 --\n", "evil-1.0.data/data/lib64: would replace a part of the environment"},
		{"the interpreter, by a script", "-- evil-1.0.data/scripts/python --\n", "evil-1.0.data/scripts/python: would replace the interpreter"},
		{"the interpreter, by its version", "-- evil-1.0.data/scripts/python3.13 --\n", "evil-1.0.data/scripts/python3.13: would replace the interpreter"},
		{"the interpreter, by the data", "-- evil-1.0.data/data/bin/python3 --\n", "evil-1.0.data/data/bin/python3: would replace the interpreter"},
		{"the interpreter, in capitals", "-- evil-1.0.data/scripts/Python --\n", "evil-1.0.data/scripts/Python: would replace the interpreter"},
		{"the interpreter, by an entry point", "-- " + points + " --\n[console_scripts]\npython3 = evil:main\n", points + ": line 2: python3: would replace the interpreter"},

		{"a program somewhere else", "-- " + points + " --\n[console_scripts]\n../evil = evil:main\n", points + ": line 2: ../evil: not the name of a file"},
		{"a program of no name", "-- " + points + " --\n[gui_scripts]\n= evil:main\n", points + ": line 2: : not the name of a file"},
		{"a program that is no function", "-- " + points + " --\n[console_scripts]\nevil = evil\n", points + ": line 2: evil = evil: not MODULE:FUNCTION"},
		{"a program that is more than a function", "-- " + points + " --\n[console_scripts]\nevil = evil:main or print(1)\n", points + ": line 2: evil = evil:main or print(1): not MODULE:FUNCTION"},
		{"a program that imports more", "-- " + points + " --\n[console_scripts]\nevil = evil;import os:main\n", points + ": line 2: evil = evil;import os:main: not MODULE:FUNCTION"},
		{"two programs of a name", "-- " + points + " --\n[console_scripts]\nevil = evil:main\n[gui_scripts]\nevil = evil:gui\n", points + ": line 4: evil: there is another program of this name"},
		{"programs that clash", "-- " + points + " --\n[console_scripts]\nevil = evil:main\nEvil = evil:main\n", "bin/evil: clashes with bin/Evil of " + evil + " (some file systems take them for the same)"},
		{"a program that is no program", "-- " + points + " --\n[console_scripts]\nevil\n", points + ": line 2: evil: not NAME = MODULE:FUNCTION"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, wheels := save(t, map[string]archive{evil: wheel(t, evil, tt.wheel)})
			refused(t, unpack.Options{Wheels: wheels}, evil+": "+tt.want)
		})
	}
}

// Each case has wheels, the one named evil first where it is to blame.
func TestWheelsThatDoNotFit(t *testing.T) {
	t.Parallel()
	const good = "good-1.0-py3-none-any.whl"
	named := func(names ...string) map[string]archive {
		out := map[string]archive{}
		for _, name := range names {
			out[name] = wheel(t, evil, "-- evil.py --\n")
		}
		return out
	}
	tests := []struct {
		name   string
		wheels map[string]archive
		change func(*unpack.Options)
		want   string
	}{
		{"no name of a wheel", named("evil.zip"), nil, `"evil.zip": no name of a wheel (DISTRIBUTION-VERSION-PYTHON-ABI-PLATFORM.whl)`},
		{"a name of four parts", named("evil-1.0-py3-none.whl"), nil, `"evil-1.0-py3-none.whl": no name of a wheel: it has 4 parts (5, or 6 with a build tag)`},
		{"a name of another package", named("good-1.0-py3-none-any.whl"), nil, "good-1.0-py3-none-any.whl: evil-1.0.dist-info: not the metadata of good 1.0"},
		{"a name of another version", named("evil-1.1-py3-none-any.whl"), nil, "evil-1.1-py3-none-any.whl: evil-1.0.dist-info: not the metadata of evil 1.1"},
		{"a name without a version", named("evil-x-py3-none-any.whl"), nil, `"evil-x-py3-none-any.whl": no name of a wheel: "x": no version (PEP 440)`},
		{"a package twice", named(evil, "evil-1.0-1-py3-none-any.whl"), nil, evil + ": evil-1.0-1-py3-none-any.whl is of the same package (one wheel of each works)"},
		{
			"two packages with another file at a place",
			map[string]archive{evil: wheel(t, evil, "-- shared/__init__.py --\nx = 1\n"), good: wheel(t, good, "-- shared/__init__.py --\nx = 2\n")},
			nil, good + ": shared/__init__.py: " + evil + " has another file for lib/python3.13/site-packages/shared/__init__.py",
		},
		{
			"two packages with another program",
			map[string]archive{
				evil: wheel(t, evil, "-- evil-1.0.dist-info/entry_points.txt --\n[console_scripts]\nrun = evil:main\n"),
				good: wheel(t, good, "-- good-1.0.dist-info/entry_points.txt --\n[console_scripts]\nrun = good:main\n"),
			},
			nil, good + ": bin/run: " + evil + " has another file for bin/run",
		},
		{
			"two packages with files that clash",
			map[string]archive{evil: wheel(t, evil, "-- shared/A.py --\n"), good: wheel(t, good, "-- Shared/a.py --\n")},
			nil, evil + ": shared/A.py: clashes with lib/python3.13/site-packages/Shared/a.py of " + good + " (some file systems take them for the same)",
		},
		{
			"a file of one where another has a directory",
			map[string]archive{evil: wheel(t, evil, "-- shared --\n"), good: wheel(t, good, "-- shared/a.py --\n")},
			nil, good + ": shared/a.py: clashes with lib/python3.13/site-packages/shared of " + evil + " (some file systems take them for the same)",
		},
		{
			"another file than the lock has",
			map[string]archive{evil: wheel(t, evil, "")},
			func(o *unpack.Options) { o.Wheels[0].SHA256 = strings.Repeat("0", 64) },
			fmt.Sprintf("%s: sha256 %x, the lock has ", evil, sha256.Sum256(wheel(t, evil, "").bytes())) + strings.Repeat("0", 64),
		},
		{
			"built for one platform",
			map[string]archive{"evil-1.0-cp313-cp313-linux_x86_64.whl": wheel(t, evil, "")},
			func(o *unpack.Options) { o.Wheels[0].Any = true },
			"evil-1.0-cp313-cp313-linux_x86_64.whl: built for linux_x86_64 (a wheel that is built on another CPU than its target's has to be for any)",
		},
		{
			"built for any platform, with native code",
			map[string]archive{evil: wheel(t, evil, "-- evil.so --\n\x7fELF\n")},
			func(o *unpack.Options) { o.Wheels[0].Any = true },
			evil + ": evil.so: native code in a wheel for any platform (a package that is built on another CPU than its target's must have none)",
		},
		{"no zip file", map[string]archive{}, func(o *unpack.Options) {
			file := filepath.Join(t.TempDir(), evil)
			if err := os.WriteFile(file, []byte("<html>"), 0o644); err != nil {
				t.Error(err)
			}
			o.Wheels = []unpack.Wheel{{Path: file}}
		}, evil + ": not a zip file, or not the whole of one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, wheels := save(t, tt.wheels)
			opt := unpack.Options{Wheels: wheels}
			if tt.change != nil {
				tt.change(&opt)
			}
			refused(t, opt, tt.want)
		})
	}
}

func TestOutThatIsNotEmpty(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := unpack.Install(unpack.Options{Out: out, Python: "3.13"})
	if err == nil || err.Error() != out+": not empty" {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(filepath.Join(out, "mine")); err != nil {
		t.Error(err)
	}
}
