package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir, out := rootfstest.Text(t, "-- tool-1.0.tar.gz 0700 1000:1000 --\nsource\n"), filepath.Join(t.TempDir(), "out")
	var stderr bytes.Buffer
	sum := fmt.Sprintf("%X", sha256.Sum256([]byte("source\n")))
	if err := run([]string{"check", "--file", filepath.Join(dir, "tool-1.0.tar.gz"), "--sha256", sum, "--out", out}, &stderr); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("check: tool-1.0.tar.gz, 0.0 MB\n", stderr.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff("drwxr-xr-x 0:0 /\n-rw-r--r-- 0:0 /tool-1.0.tar.gz 7\n", rootfstest.List(t, out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCheckErrors(t *testing.T) {
	t.Parallel()
	dir := rootfstest.Text(t, "-- tool.zip --\nsource\n-- folder/ --\n")
	zeros := strings.Repeat("0", 64)
	tests := []struct{ name, file, sum, want string }{
		{"another hash", dir + "/tool.zip", zeros, fmt.Sprintf("check: tool.zip: sha256 is %x, the lock has %s", sha256.Sum256([]byte("source\n")), zeros)},
		{"a hash that is none", dir + "/tool.zip", "00", `check: --sha256: "00" is not a sha256 hash in hex`},
		{"a relative path", "tool.zip", zeros, `check: --file: "tool.zip" is not an absolute path`},
		{"no file", dir + "/none.zip", zeros, "check: --file: stat " + dir + "/none.zip: no such file or directory"},
		{"a directory", dir + "/folder", zeros, "check: --file: " + dir + "/folder: not a file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			err := run([]string{"check", "--file", tt.file, "--sha256", tt.sum, "--out", out}, &bytes.Buffer{})
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if list, err := os.ReadDir(out); err != nil || len(list) > 0 {
				t.Errorf("left behind: %v, %v", list, err)
			}
		})
	}
}
