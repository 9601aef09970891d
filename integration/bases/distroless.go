package main

import (
	"archive/tar"
	"context"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// What distroless images for Debian 13 are made of, after its own build files.
var (
	staticPackages = []string{"base-files", "netbase", "tzdata", "tzdata-legacy", "media-types"}
	nosslPackages  = []string{"libc6"}
	basePackages   = []string{"libc6", "libssl3t64", "libzstd1", "zlib1g"}
	ccPackages     = []string{"libgomp1", "libstdc++6", "libgcc-s1", "gcc-14-base"}
)

// account is the user that a variant of the images runs as.
type account struct {
	uid  int
	home string
}

var (
	root    = account{uid: 0, home: "/"}
	nonroot = account{uid: 65532, home: "/home/nonroot"}
)

func distrolessBase(user account) func(context.Context, *maker) ([]v1.Image, error) {
	return distroless(user, slices.Concat(staticPackages, nosslPackages))
}

func distrolessCC(user account) func(context.Context, *maker) ([]v1.Image, error) {
	return distroless(user, slices.Concat(staticPackages, basePackages, ccPackages))
}

// distroless makes images with one layer for each package, as the public ones
// have: files, a record in status.d, and none of the maintainer scripts.
func distroless(user account, packages []string) func(context.Context, *maker) ([]v1.Image, error) {
	return func(ctx context.Context, m *maker) ([]v1.Image, error) {
		var images []image
		for _, arch := range []string{"amd64", "arm64"} {
			layers, err := m.distrolessLayers(ctx, arch, packages)
			if err != nil {
				return nil, err
			}
			images = append(images, image{
				arch: arch, layers: layers, by: "packages of Debian " + suite,
				config: v1.Config{
					Env:        []string{debianPath, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
					User:       fmt.Sprint(user.uid),
					WorkingDir: user.home,
				},
			})
		}
		return assembleAll(images...)
	}
}

func (m *maker) distrolessLayers(ctx context.Context, arch string, packages []string) ([]v1.Layer, error) {
	debs, err := m.downloadDebs(ctx, arch, append(slices.Clone(packages), "ca-certificates")...)
	if err != nil {
		return nil, err
	}
	byName := map[string]deb{}
	for _, d := range debs {
		byName[d.name] = d
	}
	var trees []tree
	for _, name := range packages {
		d, ok := byName[name]
		if !ok {
			return nil, fmt.Errorf("apt left no package %s", name)
		}
		d.addStatusD(d.files)
		d.files.parents()
		trees = append(trees, d.files)
	}
	trees = append(trees, commonTree(byName["ca-certificates"]))
	layers := make([]v1.Layer, len(trees))
	for i, t := range trees {
		if layers[i], err = t.layer(); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// commonTree is what the images have that is no package's file.
func commonTree(certificates deb) tree {
	t := tree{}
	t.file("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\n"+
		"nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"+
		"nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n", 0o644)
	t.file("etc/group", "root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n", 0o644)
	t.file("etc/nsswitch.conf", "passwd:         compat\ngroup:          compat\nshadow:         compat\n\n"+
		"hosts:          files dns\nnetworks:       files\n\nprotocols:      db files\nservices:       db files\n"+
		"ethers:         db files\nrpc:            db files\n\nnetgroup:       nis\n", 0o644)
	t.file("usr/lib/os-release", osRelease(), 0o644)
	t.file("etc/ssl/certs/ca-certificates.crt", certificates.caBundle(), 0o644)
	copyright := certificates.files["usr/share/doc/ca-certificates/copyright"]
	t.file("usr/share/doc/ca-certificates/copyright", string(copyright.data), 0o644)
	certificates.addStatusD(t)
	t.dir("root", 0o700)
	t.dir("tmp", 0o1777)
	t.add("home/nonroot", entry{kind: tar.TypeDir, mode: 0o700, uid: nonroot.uid, gid: nonroot.uid, time: epoch})
	t.parents()
	return t
}

// osRelease has no VERSION_CODENAME, just as the public images.
func osRelease() string {
	const home = "https://github.com/GoogleContainerTools/distroless"
	return strings.Join([]string{
		`PRETTY_NAME="Distroless"`, `NAME="Debian GNU/Linux"`, `ID="debian"`, `VERSION_ID="13"`,
		`VERSION="Debian GNU/Linux 13 (trixie)"`, `HOME_URL="` + home + `"`,
		`SUPPORT_URL="` + home + `/blob/master/README.md"`, `BUG_REPORT_URL="` + home + `/issues/new"`,
	}, "\n") + "\n"
}
