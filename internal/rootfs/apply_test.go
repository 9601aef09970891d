package rootfs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func TestApplyPutsATreeOverABase(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	base := rootfstest.Text(t, `
-- etc/passwd --
root
-- etc/kept --
-- usr/bin/python -> python2 --
-- usr/share/dir/file --
-- usr/share/link -> dir --
-- var/ 0700 5:5 --
`)
	layer := rootfs.NewLayer(nil)
	for _, e := range []rootfs.Entry{
		rootfs.NewFile("/etc/passwd", 0o644, []byte("root\nappuser\n")),
		rootfs.NewLink("/usr/bin/python", "python3"),
		rootfs.NewFile("/usr/share/dir", 0o644, nil),
		rootfs.NewFile("/usr/share/link", 0o644, nil),
		rootfs.NewDir("/var", 0o755, 0, 0),
		rootfs.NewDir("/models", 0o775, 1001, 0),
	} {
		if err := layer.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	tree := t.TempDir()
	if err := layer.Write(tree); err != nil {
		t.Fatal(err)
	}
	if _, err := rootfs.Apply(open(t, tree), base); err != nil {
		t.Fatal(err)
	}
	want := `
drwxr-xr-x 0:0 / (2020-02-02)
drwxr-xr-x 0:0 /etc
-rw-r--r-- 0:0 /etc/kept 0 (2020-02-02)
-rw-r--r-- 0:0 /etc/passwd 13
drwxrwxr-x 1001:0 /models
drwxr-xr-x 0:0 /usr
drwxr-xr-x 0:0 /usr/bin
Lrwxrwxrwx 0:0 /usr/bin/python -> python3
drwxr-xr-x 0:0 /usr/share
-rw-r--r-- 0:0 /usr/share/dir 0
-rw-r--r-- 0:0 /usr/share/link 0
drwxr-xr-x 0:0 /var
`
	if diff := cmp.Diff(want, "\n"+rootfstest.List(t, base)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestApplyRefusesADirectoryOverALink(t *testing.T) {
	t.Parallel()
	base := rootfstest.Text(t, "-- lib -> usr/lib --\n-- usr/lib/libc.so.6 --\n-- etc/file --\n")
	tree := rootfstest.Text(t, "-- etc/file --\nnew\n-- lib/libz.so.1 --\n")
	before := rootfstest.List(t, base)
	_, err := rootfs.Apply(open(t, tree), base)
	if err == nil || !strings.Contains(err.Error(), "/lib: a directory would replace a link of the base") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, rootfstest.List(t, base)); diff != "" {
		t.Errorf("the base was changed (-before +after):\n%s", diff)
	}
}
