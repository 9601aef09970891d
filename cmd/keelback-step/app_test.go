package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

const project = `
-- .env --
-- .env.example --
-- README.md --
-- docs/guide.md --
-- src/orders/__init__.py --
-- src/orders/main.py 0700 1000:1000 --
-- src/orders/tests/test_main.py --
-- src/orders/link.py -> main.py --
-- src/orders/out -> /etc/passwd --
-- src/empty/ 0700 --
-- tests/test_all.py --
`

func TestAppSelectsFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		include, exclude []string
		want             string
	}{
		{"all", nil, nil, ".env .env.example README.md docs/guide.md src/empty/ src/orders/__init__.py src/orders/link.py src/orders/main.py src/orders/out src/orders/tests/test_main.py tests/test_all.py"},
		{"a directory", []string{"src"}, nil, "src/empty/ src/orders/__init__.py src/orders/link.py src/orders/main.py src/orders/out src/orders/tests/test_main.py"},
		{"spelled otherwise", []string{"/src/", "./docs/../README.md"}, []string{"src/orders/"}, "README.md src/empty/"},
		{"wild cards", []string{"**/*.md", "src/*/main.py"}, nil, "README.md docs/guide.md src/orders/main.py"},
		{"without a directory of any depth", nil, []string{"**/tests", "docs", ".env*"}, "README.md src/empty/ src/orders/__init__.py src/orders/link.py src/orders/main.py src/orders/out"},
		{"without what is in a directory", []string{"src"}, []string{"**/tests/**", "src/empty"}, "src/orders/__init__.py src/orders/link.py src/orders/main.py src/orders/out"},
		{"with an exception, the last pattern wins", nil, []string{".env*", "src", "tests", "docs", "!.env.example", "!src/orders/main.py"}, ".env.example README.md src/orders/main.py"},
		{"an exception before is none", []string{".env*"}, []string{"!.env.example", ".env*", "!.env"}, ".env"},
		{"included but for some", []string{"src", "docs", "!src/orders"}, nil, "docs/guide.md src/empty/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, err := appLayer(openText(t, project), tt.include, tt.exclude, nil, "/app")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range l.Entries() {
				name, ok := strings.CutPrefix(e.Path, "/app/")
				switch {
				case ok && !e.Mode.IsDir():
					got = append(got, name)
				case name == "src/empty":
					got = append(got, name+"/")
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAppFilesAreNormal(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	l, err := appLayer(openText(t, project), []string{"src"}, []string{"**/tests/**"}, nil, "/srv/app")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := l.Write(out); err != nil {
		t.Fatal(err)
	}
	want := `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /srv
drwxr-xr-x 0:0 /srv/app
drwxr-xr-x 0:0 /srv/app/src
drwxr-xr-x 0:0 /srv/app/src/empty
drwxr-xr-x 0:0 /srv/app/src/orders
-rw-r--r-- 0:0 /srv/app/src/orders/__init__.py 0
Lrwxrwxrwx 0:0 /srv/app/src/orders/link.py -> main.py
-rwxr-xr-x 0:0 /srv/app/src/orders/main.py 0
Lrwxrwxrwx 0:0 /srv/app/src/orders/out -> /etc/passwd
`
	if diff := cmp.Diff(want, "\n"+rootfstest.List(t, out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAppPatternsThatMatchNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		include, exclude []string
		want             string
	}{
		{"one of several", []string{"src", "sources", "*.toml"}, nil, `app.include: no file of the build context matches "sources", "*.toml" (.dockerignore may hide it)`},
		{"all is excluded", []string{"src"}, []string{"**"}, "no file of the build context is left to copy (see .dockerignore, app.include, app.exclude)"},
		{"only a directory is left", []string{"src", "!src/orders"}, []string{"x"}, "no file of the build context is left"},
		{"a bad pattern", []string{"[a-"}, nil, "syntax error in pattern"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := appLayer(openText(t, project), tt.include, tt.exclude, nil, "/app")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAppGivesNativesOnceMore(t *testing.T) {
	t.Parallel()
	l, err := appLayer(openText(t, `
-- lib/fast.so elf --
-- run.sh 0755 --
#!/bin/sh
-- lib/note.sh --
#!/bin/sh
-- lib/data 0755 --
no script
-- lib/x --
-- loads.py --
import ctypes; ctypes.CDLL("libz.so.1")
-- plain.py --
import json
-- link -> lib/fast.so --
`), nil, nil, nil, "/app")
	if err != nil {
		t.Fatal(err)
	}
	natives, err := onlyNatives(l)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range natives.Entries() {
		if !e.Mode.IsDir() {
			got = append(got, e.Path)
		}
	}
	if diff := cmp.Diff([]string{"/app/lib/fast.so", "/app/loads.py", "/app/run.sh"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
