package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// installed is a tree after an installation at some time: the time is in apk's
// archive of scripts and in the passwords' file.
func installed(t *testing.T, at time.Time, day string) string {
	t.Helper()
	return rootfstest.Make(t, map[string][]byte{
		"etc/passwd":                 []byte("root:x:0:0\nsvc:x:100:101\n"),
		"etc/shadow 0640 0:42":       []byte("root:*:19000:0:::::\nsvc:!:" + day + ":0:99999:7:::\n"),
		"etc/shadow- 0640 0:42":      []byte("root:*:19000:0:::::\nsvc:!:" + day + ":0:99999:7:::\n"),
		"lib/apk/db/scripts.tar":     scriptsTar(t, at),
		"usr/bin/svc 04755 100:101":  []byte("svc\n"),
		"var/log/apk.log":            []byte(day),
		"var/cache/apk/INDEX.tar.gz": []byte(day),
		"run/lock":                   nil,
		"tmp/" + day:                 nil,
		"root/.ash_history":          nil,
		"etc/hosts":                  []byte(day),
		"etc/resolv.conf":            []byte(day),
		"etc/hostname":               []byte(day),
		"lib/apk/exec/x":             nil,
		"etc/apk/cache/x":            nil,
		"etc/svc.conf.apk-new":       nil,
		"proc/1":                     nil,
		"sys/x":                      nil,
		"dev/null":                   nil,
	})
}

// scriptNames are not sorted: they come in the order of the packages' installation.
func scriptNames() []string { return []string{"svc-1.pre-install", "busybox-1.trigger"} }

func scriptsTar(t *testing.T, at time.Time) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range scriptNames() {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: 3, ModTime: at}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, "#!\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const changesBase = `
-- etc/passwd --
root:x:0:0
-- etc/shadow 0640 0:42 --
root:*:19000:0:::::
-- lib/apk/db/scripts.tar --
-- var/log/ --
-- run/ --
-- root/ --
-- tmp/gone --
`

func runChanges(t *testing.T, tree string) (out, stderr string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "out")
	var buf bytes.Buffer
	if err := run([]string{"changes", "--base", rootfstest.Text(t, changesBase), "--tree", tree, "--out", out}, &buf); err != nil {
		t.Fatal(err)
	}
	return out, buf.String()
}

func TestChangesHasThePackagesOnly(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	out, stderr := runChanges(t, installed(t, time.Unix(1.7e9, 0), "20000"))
	want := `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /etc (2020-02-02)
drwxr-xr-x 0:0 /etc/apk
-rw-r--r-- 0:0 /etc/passwd 25
-rw-r----- 0:42 /etc/shadow 40
-rw-r----- 0:42 /etc/shadow- 40
-rw-r--r-- 0:0 /etc/svc.conf.apk-new 0
drwxr-xr-x 0:0 /lib (2020-02-02)
drwxr-xr-x 0:0 /lib/apk (2020-02-02)
drwxr-xr-x 0:0 /lib/apk/db (2020-02-02)
-rw-r--r-- 0:0 /lib/apk/db/scripts.tar 3072
drwxr-xr-x 0:0 /usr
drwxr-xr-x 0:0 /usr/bin
urwxr-xr-x 100:101 /usr/bin/svc 4
drwxr-xr-x 0:0 /var (2020-02-02)
drwxr-xr-x 0:0 /var/cache
`
	if diff := cmp.Diff(want, "\n"+rootfstest.List(t, out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if want := "changes: 6 files, 0.0 MB\n"; stderr != want {
		t.Errorf("summary %q, want %q", stderr, want)
	}
}

func TestChangesAreTheSameAtEachTime(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	first, _ := runChanges(t, installed(t, time.Unix(1.7e9, 0), "20000"))
	second, _ := runChanges(t, installed(t, time.Unix(1.8e9, 0), "20001"))
	if diff := cmp.Diff(rootfstest.List(t, first), rootfstest.List(t, second)); diff != "" {
		t.Errorf("-first +second:\n%s", diff)
	}
	for _, name := range []string{"etc/shadow", "etc/shadow-", "lib/apk/db/scripts.tar"} {
		if !bytes.Equal(readFile(t, first, name), readFile(t, second, name)) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestChangesKeepsWhatIsNoTime(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	out, _ := runChanges(t, installed(t, time.Unix(1.7e9, 0), "20000"))
	want := "root:*:19000:0:::::\nsvc:!::0:99999:7:::\n" // root is as the base has it
	if diff := cmp.Diff(want, string(readFile(t, out, "etc/shadow"))); diff != "" {
		t.Errorf("/etc/shadow -want +got:\n%s", diff)
	}
	var names []string
	r := tar.NewReader(bytes.NewReader(readFile(t, out, "lib/apk/db/scripts.tar")))
	for hdr, err := r.Next(); err != io.EOF; hdr, err = r.Next() {
		if err != nil {
			t.Fatal(err)
		}
		script, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if string(script) != "#!\n" || hdr.Mode != 0o755 || hdr.ModTime.Unix() != 315532800 {
			t.Errorf("%s: %q, mode %o, time %v", hdr.Name, script, hdr.Mode, hdr.ModTime)
		}
		names = append(names, hdr.Name)
	}
	if diff := cmp.Diff(scriptNames(), names); diff != "" {
		t.Errorf("scripts -want +got:\n%s", diff)
	}
}

func TestChangesReadsCompressedScripts(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	var files [][]byte
	for _, at := range []time.Time{time.Unix(1.7e9, 0), time.Unix(1.8e9, 0)} {
		const name = "lib/apk/db/scripts.tar.gz"
		tree := installed(t, at, "20000")
		if err := os.WriteFile(filepath.Join(tree, name), packed(t, at), 0o644); err != nil {
			t.Fatal(err)
		}
		out, _ := runChanges(t, tree)
		files = append(files, readFile(t, out, name))
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the archive of two installations differs")
	}
	r, err := gzip.NewReader(bytes.NewReader(files[0]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	want, err := retimedTar(scriptsTar(t, time.Unix(1.7e9, 0)), time.Unix(315532800, 0))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, want the %d of the same archive uncompressed", len(got), len(want))
	}
}

func packed(t *testing.T, at time.Time) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.ModTime = at
	if _, err := w.Write(scriptsTar(t, at)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestChangesOfABrokenDatabase(t *testing.T) {
	t.Parallel()
	tree := rootfstest.Text(t, "-- lib/apk/db/scripts.tar --\nno archive\n")
	args := []string{"changes", "--base", t.TempDir(), "--tree", tree, "--out", filepath.Join(t.TempDir(), "out")}
	err := run(args, &bytes.Buffer{})
	if want := "changes: /lib/apk/db/scripts.tar: unexpected EOF"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func readFile(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
