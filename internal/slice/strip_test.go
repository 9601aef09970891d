package slice

import (
	"bytes"
	"debug/elf"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/elf/elftest"
	"github.com/keelback/keelback/internal/ospkg"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/slim"
)

func libpython() []byte {
	return elftest.Linked{Sections: []elftest.Section{
		{Name: ".text", Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: "code"},
		{Name: ".debug_info", Data: strings.Repeat("debug", 1000)},
	}}.Bytes()
}

func TestStrippedKeepsWhatIsNotContents(t *testing.T) {
	t.Parallel()
	e := rootfs.NewFile("/usr/local/bin/python3.13", 0o755, libpython())
	e.Mode |= fs.ModeSetgid
	e.UID, e.GID, e.From = 1, 2, "/opt/python3.13"
	s, dropped, err := Stripped(e)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if dropped < 5000 || bytes.Contains(data, []byte("debug")) || !bytes.Contains(data, []byte("code")) || s.Size != int64(len(data)) {
		t.Errorf("got %d bytes of %d, %d dropped", s.Size, e.Size, dropped)
	}
	if s.Path != e.Path || s.Mode != e.Mode || s.UID != 1 || s.GID != 2 || s.From != e.From || !s.ModTime.Equal(e.ModTime) {
		t.Errorf("got %+v, want %+v", s, e)
	}
}

func TestStrippedGivesBackAllElse(t *testing.T) {
	t.Parallel()
	for _, e := range []rootfs.Entry{
		rootfs.NewFile("/usr/local/lib/python3.13/os.py", 0o644, []byte("import sys")),
		rootfs.NewFile("/usr/local/lib/empty", 0o644, nil),
		rootfs.NewLink("/usr/local/bin/python3", "python3.13"),
		rootfs.NewDir("/usr/local/bin", 0o755, 0, 0),
	} {
		s, dropped, err := Stripped(e)
		if err != nil || dropped != 0 || s.Path != e.Path || s.Size != e.Size || s.Mode != e.Mode {
			t.Errorf("%s: got %+v, %d, %v", e.Path, s, dropped, err)
		}
	}
}

func TestStripLeavesWhatASystemPackageHasWhatIsSignedAndWhatIsKept(t *testing.T) {
	t.Parallel()
	host := rootfstest.Make(t, map[string][]byte{
		"lib/apk/db/installed":                         []byte("P:zlib\nV:1.3\nF:usr/lib\nR:libz.so.1\n\n"),
		"usr/lib/libz.so.1":                            libpython(),
		"usr/local/lib/libpython3.13.so.1.0":           libpython(),
		"usr/local/lib/libsoftokn3.so":                 libpython(),
		"usr/local/lib/libsoftokn3.chk":                []byte("sum"),
		"usr/local/lib/python3.13/lib-dynload/_ssl.so": libpython(),
	})
	builder, err := rootfs.Open(host)
	if err != nil {
		t.Fatal(err)
	}
	db, err := ospkg.Open(builder)
	if err != nil {
		t.Fatal(err)
	}
	slimmer, err := slim.New(slim.Options{Level: slim.Safe, Keep: []string{"lib-dynload/_ssl.so"}})
	if err != nil {
		t.Fatal(err)
	}
	r := &slicer{
		Options: Options{Builder: builder, Slim: slimmer}, layer: rootfs.NewLayer(nil), builderDB: db,
		interpreter: &python.Interpreter{Stdlib: "/usr/local/lib/python3.13", DynLoad: "/usr/local/lib/python3.13/lib-dynload"},
	}
	for _, name := range []string{
		"/usr/lib/libz.so.1", "/usr/local/lib/libpython3.13.so.1.0", "/usr/local/lib/libsoftokn3.so",
		"/usr/local/lib/python3.13/lib-dynload/_ssl.so",
	} {
		if err := r.layer.Copy(builder, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.strip(); err != nil {
		t.Fatal(err)
	}
	e, err := r.layer.Stat("/usr/local/lib/libpython3.13.so.1.0")
	if err != nil {
		t.Fatal(err)
	}
	want := []report.Removal{{Path: e.Path, Rule: slim.DebugSymbols, Bytes: int64(len(libpython())) - e.Size}}
	if diff := cmp.Diff(want, r.removed); diff != "" || want[0].Bytes < 4000 {
		t.Errorf("-want +got:\n%s", diff)
	}
}
