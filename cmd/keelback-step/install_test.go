package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// writeWheel writes a wheel of the files of a txtar archive into a directory.
func writeWheel(t *testing.T, dir, file, text string) string {
	t.Helper()
	parts := strings.Split(file, "-")
	info := parts[0] + "-" + parts[1] + ".dist-info/"
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	record := ""
	add := func(name string, data []byte) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		record += fmt.Sprintf("%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(data))
	}
	for _, f := range txtar.Parse([]byte(text)).Files {
		add(f.Name, f.Data)
	}
	add(info+"METADATA", fmt.Appendf(nil, "Name: %s\nVersion: %s\n", parts[0], parts[1]))
	add(info+"WHEEL", []byte("Wheel-Version: 1.0\n"))
	add(info+"RECORD", []byte(record+info+"RECORD,,\n"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, file)
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestInstall(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	dir, out, natives := t.TempDir(), filepath.Join(t.TempDir(), "out"), t.TempDir()
	tool := writeWheel(t, dir, "tool-1.0-py3-none-any.whl", "-- tool.py --\n-- tool.so --\n\x7fELF\n-- tool-1.0.dist-info/entry_points.txt --\n[console_scripts]\ntool = tool:main\n")
	hook := writeWheel(t, dir, "hook-1.0-py3-none-any.whl", "-- hook.pth --\nimport hook\n")
	data, err := os.ReadFile(hook)
	if err != nil {
		t.Fatal(err)
	}
	built := t.TempDir()
	writeWheel(t, built, "My_App-0.1.dev3-py3-none-any.whl", "-- my_app.py --\n")
	var stderr bytes.Buffer
	err = run([]string{
		"install", "--python", "3.13", "--out", out, "--natives", natives, "--wheel", tool, "--wheel", hook,
		"--sha256", fmt.Sprintf("hook-1.0-py3-none-any.whl=%x", sha256.Sum256(data)),
		"--built", "my.app=" + built, "--any",
		"--direct-url", `my.app={"url":"file:///src","dir_info":{}}`, "--allow-startup", "hook-1.0-py3-none-any.whl", "--over", rootfstest.Text(t, base),
	}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	want := "install: 3 packages, 22 files, 0.0 MB\ninstall: note: hook-1.0-py3-none-any.whl: hook.pth runs code each time Python starts\n"
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	const site = "opt/venv/lib/python3.13/site-packages/"
	for _, name := range []string{"opt/venv/bin/tool", site + "tool.so", site + "hook.pth", site + "my_app.py"} {
		for _, dir := range []string{out, natives} {
			if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
	}
	got, err := os.ReadFile(filepath.Join(out, site+"My_App-0.1.dev3.dist-info/direct_url.json"))
	if diff := cmp.Diff(`{"url":"file:///src","dir_info":{}}`, string(got)); err != nil || diff != "" {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
}

func TestInstallErrors(t *testing.T) {
	t.Parallel()
	dir, built, two, other := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	tool := writeWheel(t, dir, "tool-1.0-py3-none-any.whl", "-- tool.py --\n")
	writeWheel(t, built, "app-1.0-cp313-cp313-linux_x86_64.whl", "")
	writeWheel(t, two, "app-1.0-py3-none-any.whl", "")
	writeWheel(t, two, "app-1.1-py3-none-any.whl", "")
	if err := os.WriteFile(filepath.Join(other, "app.whl"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no Python", []string{"--python", ""}, `install: --python: "" is not a version, such as 3.13`},
		{"a full version", []string{"--python", "3.13.2"}, `install: --python: "3.13.2" is not a version, such as 3.13`},
		{"a version that leads elsewhere", []string{"--python", "3.13/../.."}, `install: --python: "3.13/../.." is not a version, such as 3.13`},
		{"no such wheel", []string{"--wheel", dir + "/none-1.0-py3-none-any.whl"}, "install: none-1.0-py3-none-any.whl: open " + dir + "/none-1.0-py3-none-any.whl: no such file or directory"},
		{"another hash", []string{"--sha256", "tool-1.0-py3-none-any.whl=00"}, "install: tool-1.0-py3-none-any.whl: sha256 "},
		{"a hash of nothing", []string{"--sha256", "tool.whl=00"}, "install: --sha256: no --wheel is named tool.whl"},
		{"a hash that is none", []string{"--sha256", "tool-1.0-py3-none-any.whl"}, `install: --sha256: "tool-1.0-py3-none-any.whl" is not NAME=VALUE`},
		{"two hashes", []string{"--sha256", "a=1", "--sha256", "a=2"}, "install: --sha256: a is given twice"},
		{"an origin of nothing", []string{"--direct-url", "a={}"}, "install: --direct-url: neither --wheel nor --built is named a"},
		{"nothing built", []string{"--built", "app=" + dir + "/none"}, "install: --built: app: open " + dir + "/none: no such file or directory"},
		{"two wheels built", []string{"--built", "app=" + two}, "install: --built: app: its build made 2 wheels (a build makes one)"},
		{"another package built", []string{"--built", "lib=" + built}, "install: --built: lib: its build made a wheel of app"},
		{"no wheel built", []string{"--built", "app=" + other}, `install: --built: app: its build made "app.whl": no name of a wheel`},
		{"built for another CPU", []string{"--built", "app=" + built, "--any"}, "install: app-1.0-cp313-cp313-linux_x86_64.whl: built for linux_x86_64 ("},
		{"another file in the image", []string{"--over", rootfstest.Text(t, "-- opt/venv/lib/python3.13/site-packages/tool.py --\nx\n")}, "install: tool-1.0-py3-none-any.whl: tool.py: another layer has another file for lib/python3.13/site-packages/tool.py"},
		{"no other tree", []string{"--over", dir + "/none"}, "install: --over: stat " + dir + "/none: no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"install", "--out", filepath.Join(t.TempDir(), "out"), "--python", "3.13", "--wheel", tool}, tt.args...)
			err := run(args, &bytes.Buffer{})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}
