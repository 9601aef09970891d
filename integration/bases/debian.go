package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// slim are the paths that dpkg leaves out in Debian's slim images.
var slim = []string{
	"path-exclude /usr/share/doc/*", "path-include /usr/share/doc/*/copyright",
	"path-exclude /usr/share/info/*", "path-exclude /usr/share/linda/*", "path-exclude /usr/share/lintian/*",
	"path-exclude /usr/share/locale/*", "path-include /usr/share/locale/locale.alias",
	"path-exclude /usr/share/man/*", "path-exclude /usr/share/groff/*",
}

// pythonPackages are what the official slim images of Python add to Debian.
var pythonPackages = []string{"ca-certificates", "netbase", "tzdata"}

const debianPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// debianLayer returns Debian with packages, as a slim image has it. Of arm64 it
// holds the same files, but no maintainer script has run.
func (m *maker) debianLayer(ctx context.Context, arch string, packages ...string) (v1.Layer, error) {
	return m.once(arch+" "+strings.Join(packages, " "), func() (v1.Layer, error) {
		make := m.bootstrap
		if arch != "amd64" {
			make = m.extract
		}
		t, err := make(ctx, arch, packages)
		if err != nil {
			return nil, err
		}
		dockerize(t)
		return t.layer()
	})
}

// bootstrap installs Debian, which needs root.
func (m *maker) bootstrap(ctx context.Context, arch string, packages []string) (tree, error) {
	args := []string{"--quiet", "--variant=minbase", "--architectures=" + arch}
	if len(packages) > 0 {
		args = append(args, "--include="+strings.Join(packages, ","))
	}
	for _, option := range slim {
		args = append(args, "--dpkgopt="+strings.Replace(option, " ", "=", 1))
	}
	data, err := command(ctx, "mmdebstrap", append(args, suite, "-")...)
	if err != nil {
		return nil, err
	}
	t := tree{}
	return t, t.addTar(bytes.NewReader(data))
}

// extract lays out Debian for an architecture whose programs do not run here.
func (m *maker) extract(ctx context.Context, arch string, packages []string) (tree, error) {
	patterns := append([]string{"?essential", "?priority(required)", "apt"}, packages...)
	debs, err := m.downloadClosure(ctx, arch, patterns...)
	if err != nil {
		return nil, err
	}
	t := tree{}
	for _, d := range debs {
		for name, e := range d.files {
			if !excluded(name) {
				t.add(name, e)
			}
		}
		d.addStatus(t)
		if bundle := d.caBundle(); bundle != "" {
			t.file("etc/ssl/certs/ca-certificates.crt", bundle, 0o644)
		}
	}
	for _, name := range []string{"passwd", "group"} {
		t.file("etc/"+name, string(t["usr/share/base-passwd/"+name+".master"].data), 0o644)
	}
	t.parents()
	return t, nil
}

// excluded tells what the options of slim leave out.
func excluded(name string) bool {
	if hasAnyPrefix(name, "usr/share/doc/") {
		return !strings.HasSuffix(name, "/copyright")
	}
	return hasAnyPrefix(name, "usr/share/info/", "usr/share/lintian/", "usr/share/locale/", "usr/share/man/", "usr/share/groff/")
}

// dockerize makes of an installed Debian what is in the public image: no trace of
// the machine that installed it, and apt's settings for images.
func dockerize(t tree) {
	maps.DeleteFunc(t, func(name string, e entry) bool {
		return hasAnyPrefix(name, "dev/", "var/cache/apt/", "var/cache/debconf/", "var/cache/ldconfig/", "var/lib/apt/lists/", "var/log/") ||
			name == "etc/hostname" || name == "etc/resolv.conf" || name == "etc/machine-id"
	})
	const remove = `{ "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };`
	t.file("etc/apt/apt.conf.d/docker-clean", "DPkg::Post-Invoke "+remove+"\nAPT::Update::Post-Invoke "+remove+
		"\nDir::Cache::pkgcache \"\";\nDir::Cache::srcpkgcache \"\";\n", 0o644)
	t.file("etc/apt/apt.conf.d/docker-gzip-indexes", "Acquire::GzipIndexes \"true\";\n", 0o644)
	t.file("etc/apt/apt.conf.d/docker-no-languages", "Acquire::Languages \"none\";\n", 0o644)
	t.file("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
	for _, dir := range []string{"var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/log/apt"} {
		t.dir(dir, 0o755)
	}
	t.parents()
}

func debianSlim(ctx context.Context, m *maker) ([]v1.Image, error) {
	var images []image
	for _, arch := range []string{"amd64", "arm64"} {
		layer, err := m.debianLayer(ctx, arch)
		if err != nil {
			return nil, err
		}
		images = append(images, image{
			arch: arch, layers: []v1.Layer{layer}, by: "mmdebstrap " + suite,
			config: v1.Config{Env: []string{debianPath}, Cmd: []string{"bash"}},
		})
	}
	return assembleAll(images...)
}

// pythonDebian makes a Python image with Debian's own CPython: prefix /usr and
// dist-packages, found in /usr/local/bin by links.
func pythonDebian(ctx context.Context, m *maker) ([]v1.Image, error) {
	base, err := m.debianLayer(ctx, "amd64", append(pythonPackages, "python3.13", "python3.13-venv", "python3-pip")...)
	if err != nil {
		return nil, err
	}
	t := tree{}
	for _, name := range []string{"python", "python3", "python3.13"} {
		t.symlink("usr/local/bin/"+name, "/usr/bin/python3.13")
	}
	t.parents()
	links, err := t.layer()
	if err != nil {
		return nil, err
	}
	return assembleAll(image{
		arch: "amd64", layers: []v1.Layer{base, links}, by: "mmdebstrap " + suite + " with python3.13",
		config: v1.Config{Env: []string{pythonPath, "PYTHON_VERSION=3.13.5"}, Cmd: []string{"python3"}},
	})
}

// dockerEngine makes an image of Debian's Docker Engine, whose store for images
// has no MergeOp. Its tests unpack and start it.
func dockerEngine(ctx context.Context, m *maker) ([]v1.Image, error) {
	layer, err := m.debianLayer(ctx, "amd64", "ca-certificates", "docker-cli", "docker.io", "iptables")
	if err != nil {
		return nil, err
	}
	return assembleAll(image{
		arch: "amd64", layers: []v1.Layer{layer}, by: fmt.Sprintf("mmdebstrap %s with docker.io", suite),
		config: v1.Config{Env: []string{debianPath}, Entrypoint: []string{"dockerd"}},
	})
}
