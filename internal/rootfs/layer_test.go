package rootfs_test

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// usrmerged is a base as Debian has them since its /lib is a link.
const usrmerged = `
-- lib -> usr/lib --
-- usr/lib/x86_64-linux-gnu/libc.so.6 0755 --
libc
-- usr/sbin/ 0700 10:20 --
-- usr/bin/python3 -> python3.13 --
-- etc/passwd --
root
-- var/run -> /run --
`

func file(path string) rootfs.Entry { return rootfs.NewFile(path, 0o644, []byte("x")) }

func TestLayerIsWrittenOverItsBase(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	tests := []struct {
		name string
		add  []rootfs.Entry
		want string
	}{
		{
			"a path through a link of the base goes to where it leads",
			[]rootfs.Entry{file("/lib/x86_64-linux-gnu/libz.so.1")},
			`
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /usr (2020-02-02)
drwxr-xr-x 0:0 /usr/lib (2020-02-02)
drwxr-xr-x 0:0 /usr/lib/x86_64-linux-gnu (2020-02-02)
-rw-r--r-- 0:0 /usr/lib/x86_64-linux-gnu/libz.so.1 1
`,
		},
		{
			"directories of the base keep mode, owner and time",
			[]rootfs.Entry{file("/usr/sbin/new/tool")},
			`
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /usr (2020-02-02)
drwx------ 10:20 /usr/sbin (2020-02-02)
drwxr-xr-x 0:0 /usr/sbin/new
-rw-r--r-- 0:0 /usr/sbin/new/tool 1
`,
		},
		{
			"a directory that is added sets mode and owner",
			[]rootfs.Entry{rootfs.NewDir("/var/run/app", 0o775, 1001, 0), rootfs.NewDir("/tmp", fs.ModeSticky|0o777, 0, 0)},
			`
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /run
drwxrwxr-x 1001:0 /run/app
dtrwxrwxrwx 0:0 /tmp
`,
		},
		{
			"a file replaces a link of the base",
			[]rootfs.Entry{file("/usr/bin/python3")},
			`
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /usr (2020-02-02)
drwxr-xr-x 0:0 /usr/bin (2020-02-02)
-rw-r--r-- 0:0 /usr/bin/python3 1
`,
		},
		{
			"what the base has just so is left to the base",
			[]rootfs.Entry{rootfs.NewFile("/lib/x86_64-linux-gnu/libc.so.6", 0o755, []byte("libc\n"))},
			`
drwxr-xr-x 0:0 /
`,
		},
		{
			"a link of the layer is followed too",
			[]rootfs.Entry{rootfs.NewLink("/opt", "usr"), file("/opt/lib/file")},
			`
drwxr-xr-x 0:0 /
Lrwxrwxrwx 0:0 /opt -> usr
drwxr-xr-x 0:0 /usr (2020-02-02)
drwxr-xr-x 0:0 /usr/lib (2020-02-02)
-rw-r--r-- 0:0 /usr/lib/file 1
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := rootfs.NewLayer(open(t, rootfstest.Text(t, usrmerged)))
			for _, e := range tt.add {
				if err := l.Add(e); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, "\n"+write(t, l)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func write(t *testing.T, l *rootfs.Layer) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	if err := l.Write(out); err != nil {
		t.Fatal(err)
	}
	return rootfstest.List(t, out)
}

func TestLayerRefusesWhatWouldHideTheBase(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		add  rootfs.Entry
		want string
	}{
		{"a file for a directory", file("/usr/lib"), "/usr/lib: a directory is there already, where a file would go"},
		{"a link for a directory", rootfs.NewLink("/usr/lib", "lib64"), "/usr/lib: a directory is there already, where a link would go"},
		{"a directory for a file", rootfs.NewDir("/etc/passwd", 0o755, 0, 0), "/etc/passwd: a file is there already, where a directory would go"},
		{"a file below a file", file("/etc/passwd/x"), "not a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := rootfs.NewLayer(open(t, rootfstest.Text(t, usrmerged)))
			if err := l.Add(tt.add); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestModesAndTimesAreNormal(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	src := open(t, rootfstest.Text(t, `
-- bin/su 04711 5:6 --
-- bin/script 0700 --
-- data 0600 7:7 --
-- group-writable 0664 --
-- dir/ 0700 8:8 --
-- link -> data --
`))
	l := rootfs.NewLayer(nil)
	err := src.Walk("/", func(e rootfs.Entry) error { return l.Add(e.Normal()) })
	if err != nil {
		t.Fatal(err)
	}
	want := `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /bin
-rwxr-xr-x 0:0 /bin/script 0
-rwxr-xr-x 0:0 /bin/su 0
-rw-r--r-- 0:0 /data 0
drwxr-xr-x 0:0 /dir
-rw-r--r-- 0:0 /group-writable 0
Lrwxrwxrwx 0:0 /link -> data
`
	if diff := cmp.Diff(want, "\n"+write(t, l)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCopyTakesTheChainOfLinks(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	const split = `
-- lib/libz.so.1 -> libz.so.1.3 --
-- lib/libz.so.1.3 --
-- lib/libup.so -> ../usr/lib/libreal.so --
-- usr/lib/libreal.so --
-- usr/lib/libblas.so.3 -> /etc/alternatives/libblas --
-- etc/alternatives/libblas -> /usr/lib/blas/libblas.so.3 --
-- usr/lib/blas/libblas.so.3 --
-- usr/lib/current -> blas --
`
	tests := []struct {
		name, base, path, want string
	}{
		{"to a base of the same layout", "-- lib/ --\n", "/lib/libz.so.1", `
/lib/libz.so.1 -> libz.so.1.3
/lib/libz.so.1.3
`},
		{"to a base whose /lib is a link", "-- lib -> usr/lib --\n", "/lib/libz.so.1", `
/usr/lib/libz.so.1 -> libz.so.1.3
/usr/lib/libz.so.1.3
`},
		{"the link is rewritten where directories lie differently", "-- lib -> usr/lib --\n", "/lib/libup.so", `
/usr/lib/libreal.so
/usr/lib/libup.so -> libreal.so
`},
		{"by absolute links", "-- usr/lib/ --\n", "/usr/lib/libblas.so.3", `
/etc/alternatives/libblas -> /usr/lib/blas/libblas.so.3
/usr/lib/blas/libblas.so.3
/usr/lib/libblas.so.3 -> /etc/alternatives/libblas
`},
		{"to where a directory that is a link leads", "-- usr/lib/ --\n", "/usr/lib/current/libblas.so.3", `
/usr/lib/blas/libblas.so.3
`},
		{"but nothing that is there already", "-- lib/libz.so.1.3 --\nother\n", "/lib/libz.so.1", `
/lib/libz.so.1 -> libz.so.1.3
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := rootfs.NewLayer(open(t, rootfstest.Text(t, tt.base)))
			if err := l.Copy(open(t, rootfstest.Text(t, split)), tt.path); err != nil {
				t.Fatal(err)
			}
			got := "\n"
			for _, e := range l.Entries() {
				switch {
				case e.IsLink():
					got += e.Path + " -> " + e.Link + "\n"
				case !e.Mode.IsDir():
					got += e.Path + "\n"
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if path.Base(path.Dir(tt.path)) == "current" {
				return
			}
			if e, err := l.Stat(tt.path); err != nil || !e.Mode.IsRegular() {
				t.Errorf("%s does not lead to a file: %v", tt.path, err)
			}
		})
	}
}

func TestShownEntriesAreSeenAndNotWritten(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	other := open(t, rootfstest.Text(t, "-- opt/venv/lib/libq.so --\nq\n"))
	l := rootfs.NewLayer(open(t, rootfstest.Text(t, usrmerged)))
	e, err := other.Stat("/opt/venv/lib/libq.so")
	if err != nil {
		t.Fatal(err)
	}
	l.Show(e)
	if got, err := l.Stat("/opt/venv/lib/../lib/libq.so"); err != nil || got.Size != 2 {
		t.Errorf("got %v, %v", got, err)
	}
	if l.Has("/opt/venv/lib/libq.so") {
		t.Error("the layer has what it only shows")
	}
	if got := write(t, l); got != "drwxr-xr-x 0:0 /\n" {
		t.Errorf("written:\n%s", got)
	}
}
