package python_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func write(t *testing.T, l *rootfs.Layer) string {
	t.Helper()
	rootfstest.NeedsRoot(t)
	out := filepath.Join(t.TempDir(), "out")
	if err := l.Write(out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNewVenv(t *testing.T) {
	t.Parallel()
	l, err := python.NewVenv(&python.Interpreter{
		Path: "/usr/local/bin/python3.13", Version: "3.13.2",
		Stdlib: "/usr/local/lib/python3.13", DynLoad: "/usr/local/lib/python3.13/lib-dynload",
	})
	if err != nil {
		t.Fatal(err)
	}
	out := write(t, l)
	want := `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /opt
drwxr-xr-x 0:0 /opt/venv
drwxr-xr-x 0:0 /opt/venv/bin
Lrwxrwxrwx 0:0 /opt/venv/bin/python -> /usr/local/bin/python3.13
Lrwxrwxrwx 0:0 /opt/venv/bin/python3 -> python
Lrwxrwxrwx 0:0 /opt/venv/bin/python3.13 -> python
drwxr-xr-x 0:0 /opt/venv/lib
drwxr-xr-x 0:0 /opt/venv/lib/python3.13
drwxr-xr-x 0:0 /opt/venv/lib/python3.13/site-packages
-rw-r--r-- 0:0 /opt/venv/pyvenv.cfg 76
`
	if diff := cmp.Diff(want, "\n"+rootfstest.List(t, out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	cfg, err := os.ReadFile(filepath.Join(out, "opt/venv/pyvenv.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	wantCfg := "home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.13.2\n"
	if diff := cmp.Diff(wantCfg, string(cfg)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNewVenvOfALib64Python(t *testing.T) {
	t.Parallel()
	l, err := python.NewVenv(&python.Interpreter{
		Path: "/usr/bin/python3.13", Version: "3.13",
		Stdlib: "/usr/lib64/python3.13", DynLoad: "/usr/lib64/python3.13/lib-dynload",
	})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := l.Stat("/opt/venv/lib64/python3.13/site-packages"); err != nil || e.Path != "/opt/venv/lib/python3.13/site-packages" {
		t.Errorf("got %s, %v", e.Path, err)
	}
}
