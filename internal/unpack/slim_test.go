package unpack_test

import (
	"debug/elf"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/elf/elftest"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/unpack"
)

const site = "/opt/venv/lib/python3.13/site-packages/"

// library is a compiled module. Its debugging information differs.
func library(debug string) []byte {
	return elftest.Linked{Sections: []elftest.Section{
		{Name: ".dynstr", Type: elf.SHT_STRTAB, Flags: elf.SHF_ALLOC, Data: "\x00libc.so.6\x00"},
		{Name: ".text", Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: strings.Repeat("code", 50), Align: 16},
		{Name: ".debug_info", Data: strings.Repeat(debug, 300)},
		{Name: ".symtab", Type: elf.SHT_SYMTAB, Data: strings.Repeat("symbol", 50)},
	}}.Bytes()
}

// nativeWheel is a wheel with native code beside what a text has.
func nativeWheel(t *testing.T, file, text string, native map[string][]byte) archive {
	t.Helper()
	files := txtar.Parse([]byte(text)).Files
	for name, data := range native {
		files = append(files, txtar.File{Name: name, Data: data})
	}
	slices.SortFunc(files, func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
	return wheelOf(t, file, files)
}

func slimmer(t *testing.T, opt slim.Options) *slim.Slimmer {
	t.Helper()
	s, err := slim.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// slimmed installs wheels without what rules take.
func slimmed(t *testing.T, opt slim.Options, wheels map[string]archive) (out string, res *unpack.Result) {
	t.Helper()
	rootfstest.NeedsRoot(t)
	_, list := save(t, wheels)
	for i := range list {
		list[i].Startup = true
	}
	out = filepath.Join(t.TempDir(), "out")
	res, err := unpack.Install(unpack.Options{Out: out, Python: "3.13", Wheels: list, Slim: slimmer(t, opt)})
	if err != nil {
		t.Fatal(err)
	}
	return out, res
}

// checkRecords compares what RECORDs say with what is there: each file with its hash,
// and no other.
func checkRecords(t *testing.T, out string) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(out, site, "*.dist-info/RECORD"))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, name := range records {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			data, err := os.ReadFile(filepath.Join(out, site, row[0]))
			if err != nil {
				t.Error(err)
			}
			if own := filepath.Join(out, site, row[0]) == name; !own && (row[1] != hash(data) || row[2] != fmt.Sprint(len(data))) {
				t.Errorf("%s: RECORD says %s and %s bytes, it is %s and %d", row[0], row[1], row[2], hash(data), len(data))
			}
			said = append(said, filepath.Join(out, site, row[0]))
		}
	}
	var there []string
	err = filepath.WalkDir(out, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			there = append(there, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(said)
	slices.Sort(there)
	if diff := cmp.Diff(there, slices.Compact(said)); diff != "" {
		t.Errorf("-there +in a RECORD:\n%s", diff)
	}
}

const slimWheel = `
-- a/__init__.py --
-- a/__pycache__/__init__.cpython-313.pyc --
123
-- a/tests/__init__.py --
12345
-- a/tests/deep/data.json --
12
-- a/x.pyi --
1
-- a/y.pyi --
1
-- a-1.0.dist-info/entry_points.txt --
[console_scripts]
a = a:main
-- a-1.0.dist-info/licenses/tests/LICENSE --
`

func TestWhatRulesTakeIsNotWritten(t *testing.T) {
	t.Parallel()
	out, res := slimmed(t, slim.Options{Level: slim.Safe, Named: []string{"a/y.pyi"}}, map[string]archive{
		"a-1.0-py3-none-any.whl": wheel(t, "a-1.0-py3-none-any.whl", slimWheel),
	})
	checkRecords(t, out)
	want := []report.Removal{
		{Path: site + "a/tests", Rule: "tests", Bytes: 9},
		{Path: site + "a/x.pyi", Rule: "type-stubs", Bytes: 2},
		{Path: site + "a/__pycache__", Rule: slim.Bytecode, Bytes: 4},
	}
	if diff := cmp.Diff(want, res.Removed); diff != "" {
		t.Errorf("removed -want +got:\n%s", diff)
	}
	for name, want := range map[string]bool{"a/tests": false, "a/x.pyi": false, "a/y.pyi": true, "a-1.0.dist-info/licenses/tests/LICENSE": true} {
		if _, err := os.Stat(filepath.Join(out, site, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff([]report.Part{{Name: "a 1.0", Bytes: res.Bytes, Package: true}}, res.Parts); diff != "" {
		t.Errorf("parts -want +got:\n%s", diff)
	}
}

func TestLibrariesAreStripped(t *testing.T) {
	t.Parallel()
	data := library("debug")
	native := map[string][]byte{
		"a/a.so": data, "a/kept.so": data, "a.libs/liba.so.1": data, "a-1.0.data/scripts/a-tool": data,
		"a/broken.so": data[:len(data)-100], "a/none.so": []byte("\x7fELF"), "a/data.bin": []byte("no ELF"),
	}
	wheels := map[string]archive{"a-1.0-py3-none-any.whl": nativeWheel(t, "a-1.0-py3-none-any.whl", "", native)}
	out, res := slimmed(t, slim.Options{Level: slim.Safe, Keep: []string{"a/kept.so"}}, wheels)
	checkRecords(t, out)
	for member, before := range native {
		name := filepath.Join(out, site, member)
		if _, script, ok := strings.Cut(member, "scripts/"); ok {
			name = filepath.Join(out, "opt/venv/bin", script)
		}
		after, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		isSmaller := slices.Contains([]string{"a/a.so", "a.libs/liba.so.1", "a-1.0.data/scripts/a-tool"}, member)
		if got := len(after) < len(before); got != isSmaller || !isSmaller && string(after) != string(before) {
			t.Errorf("%s: %d bytes, from %d", member, len(after), len(before))
		}
	}
	var names []string
	for _, r := range res.Removed {
		if r.Rule != slim.DebugSymbols || r.Bytes < 1500 {
			t.Errorf("%+v", r)
		}
		names = append(names, r.Path)
	}
	want := []string{"/opt/venv/bin/a-tool", site + "a.libs/liba.so.1", site + "a/a.so"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("removed -want +got:\n%s", diff)
	}
	if !res.Native || res.Parts[0].Bytes != res.Bytes {
		t.Errorf("%+v", res)
	}
}

// What is looked at for libraries is what the image has.
func TestNativesAreStripped(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	_, wheels := save(t, map[string]archive{evil: nativeWheel(t, evil, "-- evil/tests/__init__.py --\n", map[string][]byte{"evil/evil.so": library("debug")})})
	out, natives := filepath.Join(t.TempDir(), "out"), t.TempDir()
	opt := unpack.Options{Out: out, Natives: natives, Python: "3.13", Wheels: wheels, Slim: slimmer(t, slim.Options{Level: slim.Safe, Named: []string{}})}
	if _, err := unpack.Install(opt); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rootfstest.List(t, out)+sums(t, out), rootfstest.List(t, natives)+sums(t, natives)); diff != "" {
		t.Errorf("-out +natives:\n%s", diff)
	}
	checkRecords(t, natives)
}

func TestWholePackageIsLeftOut(t *testing.T) {
	t.Parallel()
	out, res := slimmed(t, slim.Options{Level: slim.Safe, Named: []string{}}, map[string]archive{
		"setuptools-80.0-py3-none-any.whl": wheel(t, "setuptools-80.0-py3-none-any.whl", "-- pkg_resources/__init__.py --\n-- setuptools-80.0.dist-info/entry_points.txt --\n[console_scripts]\nsetup = setuptools:main\n"),
		"a-1.0-py3-none-any.whl":           wheel(t, "a-1.0-py3-none-any.whl", "-- a.py --\n"),
	})
	checkRecords(t, out)
	if res.Packages != 1 || len(res.Parts) != 1 || strings.Contains(rootfstest.List(t, out), "set") {
		t.Errorf("%+v\n%s", res, rootfstest.List(t, out))
	}
}

// A file that two packages have stays where the rule is for one of them.
func TestFileOfTwoPackagesThatOneDropsStays(t *testing.T) {
	t.Parallel()
	out, res := slimmed(t, slim.Options{Level: slim.Safe, Named: []string{}}, map[string]archive{
		"django-1.0-py3-none-any.whl": wheel(t, "django-1.0-py3-none-any.whl", "-- django/conf/locale/de/LC_MESSAGES/django.po --\n-- django/conf/locale/en/LC_MESSAGES/django.po --\n"),
		"other-1.0-py3-none-any.whl":  wheel(t, "other-1.0-py3-none-any.whl", "-- django/conf/locale/de/LC_MESSAGES/django.po --\n"),
	})
	checkRecords(t, out)
	if diff := cmp.Diff([]report.Removal{{Path: site + "django/conf/locale/en", Rule: "django-translation-sources"}}, res.Removed); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Two packages that have different files at a place are an error also where the files
// would be left out, or be the same when they are stripped.
func TestConflictsAreFoundInWhatTheWheelsHave(t *testing.T) {
	t.Parallel()
	const a, b = "a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"
	for _, tt := range []struct {
		file        string
		first, next []byte
	}{
		{"shared/tests/__init__.py", []byte("1"), []byte("2")},
		{"shared/x.so", library("debug"), library("DEBUG")},
	} {
		_, wheels := save(t, map[string]archive{
			a: nativeWheel(t, a, "", map[string][]byte{tt.file: tt.first}),
			b: nativeWheel(t, b, "", map[string][]byte{tt.file: tt.next}),
		})
		refused(t, unpack.Options{Wheels: wheels, Slim: slimmer(t, slim.Options{Level: slim.Safe, Named: []string{}})},
			b+": "+tt.file+": "+a+" has another file for lib/python3.13/site-packages/"+tt.file)
	}
}

func TestOtherLayersThatAreStripped(t *testing.T) {
	t.Parallel()
	const other = "other-2.0-py3-none-any.whl"
	out, _ := slimmed(t, slim.Options{Level: slim.Safe}, map[string]archive{other: nativeWheel(t, other, "", map[string][]byte{"x.so": library("debug")})})
	root, err := rootfs.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	opt := unpack.Options{Python: "3.13", Over: []*rootfs.Root{root}, Slim: slimmer(t, slim.Options{Level: slim.Safe})}
	for _, same := range []bool{true, false} {
		data := library("debug")
		if !same {
			data = []byte(strings.Replace(string(data), "codecode", "CODEcode", 1))
		}
		_, opt.Wheels = save(t, map[string]archive{evil: nativeWheel(t, evil, "", map[string][]byte{"x.so": data})})
		opt.Out = filepath.Join(t.TempDir(), "out")
		if !same {
			refused(t, opt, evil+": x.so: other 2.0 has another file for lib/python3.13/site-packages/x.so")
		} else if _, err := unpack.Install(opt); err != nil {
			t.Error(err)
		}
	}
}

// A wheel that puts a file of its own where RECORD goes gains nothing by its being
// written last.
func TestRecordOfAnInstallerIsNotTheWheels(t *testing.T) {
	t.Parallel()
	_, wheels := save(t, map[string]archive{evil: wheel(t, evil, "-- evil-1.0.data/purelib/evil-1.0.dist-info/RECORD --\n")})
	refused(t, unpack.Options{Wheels: wheels}, evil+": lib/python3.13/site-packages/evil-1.0.dist-info/RECORD: the wheel has two files for it")
}
