package main

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// suite is the release of Debian that all images are made of.
const suite = "trixie"

// deb is a package of Debian, unpacked.
type deb struct {
	name    string
	control string
	info    map[string]string // files of the control archive, such as md5sums
	files   tree
}

// downloadDebs returns the named packages, without what they depend on.
func (m *maker) downloadDebs(ctx context.Context, arch string, names ...string) ([]deb, error) {
	return m.debs(ctx, arch, "apt-get --quiet download "+strings.Join(names, " "))
}

// downloadClosure returns the packages that the patterns of apt select, with what they depend on.
func (m *maker) downloadClosure(ctx context.Context, arch string, patterns ...string) ([]deb, error) {
	script := "apt-get --quiet --yes --download-only -o Dir::Cache::Archives=$PWD install"
	for _, p := range patterns {
		script += " '" + p + "'"
	}
	return m.debs(ctx, arch, script)
}

// debs runs apt for an architecture. mmdebstrap sets it up without touching the
// machine's own apt: it knows the archive, and its keys come with Debian.
func (m *maker) debs(ctx context.Context, arch, script string) ([]deb, error) {
	dir, err := os.MkdirTemp(m.cache, "debs-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	hook := fmt.Sprintf(`cd '%s' && export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" && %s >&2`, dir, script)
	if _, err := command(ctx, "mmdebstrap", "--quiet", "--variant=custom", "--format=null", "--skip=check/qemu",
		"--architectures="+arch, "--customize-hook="+hook, suite, "-"); err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return nil, err
	}
	var all []deb
	for _, p := range paths {
		d, err := readDeb(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(p), err)
		}
		all = append(all, d)
	}
	return all, nil
}

func readDeb(ctx context.Context, path string) (deb, error) {
	d := deb{info: map[string]string{}, files: tree{}}
	control := tree{}
	for option, t := range map[string]tree{"--ctrl-tarfile": control, "--fsys-tarfile": d.files} {
		data, err := command(ctx, "dpkg-deb", option, path)
		if err != nil {
			return d, err
		}
		if err := t.addTar(bytes.NewReader(data)); err != nil {
			return d, err
		}
	}
	for name, e := range control {
		d.info[name] = string(e.data)
	}
	d.control = d.info["control"]
	d.name = d.field("Package")
	if d.name == "" {
		return d, fmt.Errorf("no Package field")
	}
	return d, nil
}

// field returns a field of the control file.
func (d deb) field(name string) string {
	for line := range strings.Lines(d.control) {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// addStatusD records the package as distroless images do: one file for each,
// which scanners read, and its sums.
func (d deb) addStatusD(t tree) {
	t.file("var/lib/dpkg/status.d/"+d.name, d.control, 0o644)
	t.file("var/lib/dpkg/status.d/"+d.name+".md5sums", d.info["md5sums"], 0o644)
}

// addStatus records the package as dpkg does.
func (d deb) addStatus(t tree) {
	head, rest, _ := strings.Cut(d.control, "\n")
	status := t["var/lib/dpkg/status"]
	t.file("var/lib/dpkg/status", string(status.data)+head+"\nStatus: install ok installed\n"+rest+"\n", 0o644)
	info := "var/lib/dpkg/info/" + d.name
	if d.field("Multi-Arch") == "same" {
		info += ":" + d.field("Architecture")
	}
	list := "/.\n"
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		list += "/" + name + "\n"
	}
	t.file(info+".list", list, 0o644)
	t.file(info+".md5sums", d.info["md5sums"], 0o644)
}

// caBundle returns the authorities of the package ca-certificates in one file.
func (d deb) caBundle() string {
	var bundle strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		if strings.HasPrefix(name, "usr/share/ca-certificates/") && d.files[name].kind == tar.TypeReg {
			bundle.Write(d.files[name].data)
		}
	}
	return bundle.String()
}
