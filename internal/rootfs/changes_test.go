package rootfs_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func TestChangesAreWhatTheTreeHasMore(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	const base = `
-- etc/group --
root
-- etc/link -> group --
-- usr/sbin/ 0700 10:20 --
-- usr/sbin/tool 0755 --
tool
`
	tests := []struct {
		name, tree, want string
	}{
		{"nothing, when nothing but times differ", base, "\n"},
		{
			"new entries, with directories of the base as the base has them",
			base + "-- usr/sbin/new --\nx\n-- usr/new/link -> ../sbin --\n-- usr/new/empty/ --\n", `
drwxr-xr-x 0:0 /usr (2020-02-02)
drwxr-xr-x 0:0 /usr/new
drwxr-xr-x 0:0 /usr/new/empty
Lrwxrwxrwx 0:0 /usr/new/link -> ../sbin
drwx------ 10:20 /usr/sbin (2020-02-02)
-rw-r--r-- 0:0 /usr/sbin/new 2
`,
		},
		{
			"modes and owners, exactly as the tree has them",
			base + "-- usr/lib/su 04711 5:6 --\n-- usr/lib/mail 02640 0:8 --\n-- usr/spool/ 03775 7:7 --\n", `
drwxr-xr-x 0:0 /usr (2020-02-02)
drwxr-xr-x 0:0 /usr/lib
grw-r----- 0:8 /usr/lib/mail 0
urwx--x--x 5:6 /usr/lib/su 0
dgtrwxrwxr-x 7:7 /usr/spool
`,
		},
		{
			"other contents of the same size", `
-- etc/group --
toor
-- etc/link -> group --
-- usr/sbin/ 0700 10:20 --
-- usr/sbin/tool 0755 --
tool
`, `
drwxr-xr-x 0:0 /etc (2020-02-02)
-rw-r--r-- 0:0 /etc/group 5
`,
		},
		{
			"another mode, owner or link of what the base has", `
-- etc/group 0:42 --
root
-- etc/link -> /etc/group --
-- usr/sbin/ 0700 10:21 --
-- usr/sbin/tool 0750 --
tool
`, `
drwxr-xr-x 0:0 /etc (2020-02-02)
-rw-r--r-- 0:42 /etc/group 5
Lrwxrwxrwx 0:0 /etc/link -> /etc/group
drwxr-xr-x 0:0 /usr (2020-02-02)
drwx------ 10:21 /usr/sbin
-rwxr-x--- 0:0 /usr/sbin/tool 5
`,
		},
		{
			"another user of a directory", `
-- etc/group --
root
-- etc/link -> group --
-- usr/sbin/ 0700 11:20 --
-- usr/sbin/tool 0755 --
tool
`, `
drwxr-xr-x 0:0 /usr (2020-02-02)
drwx------ 11:20 /usr/sbin
`,
		},
		{
			"a link in the place of a file, and the other way round", `
-- etc/group -> ../usr/sbin/tool --
-- etc/link --
-- usr/sbin/ 0700 10:20 --
-- usr/sbin/tool 0755 --
tool
`, `
drwxr-xr-x 0:0 /etc (2020-02-02)
Lrwxrwxrwx 0:0 /etc/group -> ../usr/sbin/tool
-rw-r--r-- 0:0 /etc/link 0
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, err := rootfs.Changes(open(t, rootfstest.Text(t, base)), open(t, rootfstest.Text(t, tt.tree)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("drwxr-xr-x 0:0 /"+tt.want, write(t, l)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestChangesOfTheRootDirectory(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	l, err := rootfs.Changes(open(t, rootfstest.Text(t, "-- ./ 0755 --\n")), open(t, rootfstest.Text(t, "-- ./ 0711 --\n")))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := write(t, l), "drwx--x--x 0:0 /\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChangesLeavesOutPaths(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	base := open(t, rootfstest.Text(t, `
-- lib -> usr/lib --
-- usr/lib/apk/exec/gone --
-- tmp/gone --
-- etc/hosts --
`))
	tree := rootfstest.Text(t, `
-- lib -> usr/lib --
-- usr/lib/apk/exec/script --
-- usr/lib/apk/executive --
-- tmp/new/file --
-- etc/hosts --
changed
-- dev/null --
-- cache/file --
`)
	if err := unix.Mkfifo(filepath.Join(tree, "tmp/pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := rootfs.Changes(base, open(t, tree), "/lib/apk/exec", "/tmp/", "/etc/hosts", "/dev", "/cache/")
	if err != nil {
		t.Fatal(err)
	}
	want := `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /cache
drwxr-xr-x 0:0 /usr (2020-02-02)
drwxr-xr-x 0:0 /usr/lib (2020-02-02)
drwxr-xr-x 0:0 /usr/lib/apk (2020-02-02)
-rw-r--r-- 0:0 /usr/lib/apk/executive 0
`
	if diff := cmp.Diff(want, "\n"+write(t, l)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestChangesRefusesWhatNoLayerCanExpress(t *testing.T) {
	t.Parallel()
	const base = "-- etc/a --\n-- etc/b --\n-- opt/dir/file --\n-- opt/link -> dir --\n"
	tests := []struct {
		name, tree, want string
	}{
		{
			"removed files, of which it names the first", "-- etc/ --\n-- opt/dir/file --\n-- opt/link -> dir --\n",
			"/etc/a: removed, while a layer cannot remove what the base has (a base that comes without it can be used)",
		},
		{
			"removed directories", "-- etc/a --\n-- etc/b --\n-- opt/link -> dir --\n",
			"/opt/dir: removed, while a layer cannot remove what the base has (a base that comes without it can be used)",
		},
		{
			"a directory for a file", "-- etc/a/file --\n-- etc/b --\n-- opt/dir/file --\n-- opt/link -> dir --\n",
			"/etc/a: a file in the base, where a directory would go",
		},
		{
			"a directory for a link", "-- etc/a --\n-- etc/b --\n-- opt/dir/file --\n-- opt/link/file --\n",
			"/opt/link: a link in the base, where a directory would go",
		},
		{
			"a link for a directory", "-- etc/a --\n-- etc/b --\n-- opt/dir -> ../etc --\n-- opt/link -> dir --\n",
			"/opt/dir: a directory in the base, where a link would go",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := rootfs.Changes(open(t, rootfstest.Text(t, base)), open(t, rootfstest.Text(t, tt.tree)))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestChangesRefusesSpecialFiles(t *testing.T) {
	t.Parallel()
	tree := rootfstest.Text(t, "-- srv/ --\n")
	if err := unix.Mkfifo(filepath.Join(tree, "srv/pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := rootfs.Changes(open(t, t.TempDir()), open(t, tree))
	if want := "/srv/pipe: a special file cannot be copied"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
