package unpack_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/unpack"
)

// TestMain makes the test a program that installs: a mask of modes, a time zone and
// a number of processors are those of a whole process.
func TestMain(m *testing.M) {
	if out := os.Getenv("UNPACK_OUT"); out != "" {
		var mask int
		if _, err := fmt.Sscanf(os.Getenv("UNPACK_UMASK"), "%o", &mask); err != nil {
			panic(err)
		}
		syscall.Umask(mask)
		safe, err := slim.New(slim.Options{Level: slim.Safe, Named: []string{}})
		if err != nil {
			panic(err)
		}
		opt := unpack.Options{Out: out, Python: "3.13", Slim: safe}
		for _, file := range os.Args[1:] {
			opt.Wheels = append(opt.Wheels, unpack.Wheel{Path: file})
		}
		if _, err := unpack.Install(opt); err != nil {
			panic(err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The order of wheels, the mask of modes, the time zone, the number of processors
// and what the directory had before make no difference.
func TestTheSameTreeEverywhere(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	_, wheels := save(t, many(t, 12))
	var files []string
	for _, w := range wheels {
		files = append(files, w.Path)
	}
	slices.Sort(files)
	var first string
	for i, env := range [][]string{
		{"GOMAXPROCS=1", "UNPACK_UMASK=022", "TZ=UTC"},
		{"GOMAXPROCS=8", "UNPACK_UMASK=077", "TZ=Pacific/Kiritimati"},
		{"GOMAXPROCS=3", "UNPACK_UMASK=000", "TZ=America/Los_Angeles", "LC_ALL=tr_TR.UTF-8"},
	} {
		out := filepath.Join(t.TempDir(), fmt.Sprint("out", i))
		if i == 2 {
			if err := os.Mkdir(out, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(out, 5, 5); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(os.Args[0], files...)
		cmd.Env = append(env, "UNPACK_OUT="+out)
		if msg, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, msg)
		}
		got := rootfstest.List(t, out) + sums(t, out)
		if first == "" {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("%v -first +got:\n%s", env, diff)
		}
		slices.Reverse(files)
	}
	if n := strings.Count(first, "\n"); n < 400 {
		t.Errorf("the tree has only %d entries", n)
	}
}

// Several things that are wrong at once are reported as the same one each time.
func TestTheSameErrorEachTime(t *testing.T) {
	t.Parallel()
	wheels := many(t, 8)
	for name, a := range wheels {
		if strings.HasPrefix(name, "pkg3") || strings.HasPrefix(name, "pkg5") {
			for _, e := range a.entries[:3] {
				e.both(func(f *fields) { f.crc++ })
			}
		}
	}
	_, list := save(t, wheels)
	for range 5 {
		slices.Reverse(list)
		refused(t, unpack.Options{Wheels: list}, "pkg3-1.0-py3-none-any.whl: pkg3/m2.py: its checksum is not that of the archive")
	}
}

// many are wheels with some files each.
func many(t *testing.T, n int) map[string]archive {
	t.Helper()
	wheels := map[string]archive{}
	for i := range n {
		name := fmt.Sprintf("pkg%d", i)
		text := fmt.Sprintf("-- %s-1.0.dist-info/entry_points.txt --\n[console_scripts]\n%s = x:main\n", name, name)
		for j := range 30 {
			text = fmt.Sprintf("-- %s/m%d.py 0100%o --\n%s\n", name, 29-j, 0o644+j%2*0o111, strings.Repeat("x", 1000*(29-j))) + text
		}
		file := name + "-1.0-py3-none-any.whl"
		text += fmt.Sprintf("-- %s/tests/__init__.py --\n", name)
		files := append(txtar.Parse([]byte(text)).Files, txtar.File{Name: name + "/x.so", Data: library(name)})
		wheels[file] = wheelOf(t, file, append(files, txtar.File{Name: "shared/__init__.py"}))
	}
	return wheels
}

// sums are the hashes of all files of a tree.
func sums(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		fmt.Fprintf(&out, "%x %s\n", sha256.Sum256(data), strings.TrimPrefix(name, dir))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
