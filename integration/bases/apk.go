package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// apk is a package of Alpine, in the format of apk-tools 2.
type apk struct {
	name, version, arch string
	description         string
	license             string
	depends, provides   []string
	files               tree
}

func (a apk) filename() string { return a.name + "-" + a.version + ".apk" }

func (a apk) size() int {
	size := 0
	for _, e := range a.files {
		size += len(e.data)
	}
	return size
}

// pack returns the package's file, signed, and the sum of its control segment, by
// which the index knows it.
func (a apk) pack(key signer) (data []byte, sum [sha1.Size]byte, err error) {
	files, err := apkSegment(a.files, true)
	if err != nil {
		return nil, sum, err
	}
	control, err := apkSegment(tree{".PKGINFO": {kind: tar.TypeReg, mode: 0o644, time: epoch, data: a.pkginfo(files)}}, false)
	if err != nil {
		return nil, sum, err
	}
	head, err := key.segment(control)
	if err != nil {
		return nil, sum, err
	}
	return slices.Concat(head, control, files), sha1.Sum(control), nil
}

// signer is a key that an image of Alpine trusts by its name.
type signer struct {
	name string
	key  *rsa.PrivateKey
}

// segment returns the segment that signs the next one.
func (s signer) segment(signed []byte) ([]byte, error) {
	digest := sha1.Sum(signed)
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA1, digest[:])
	if err != nil {
		return nil, err
	}
	return apkSegment(tree{".SIGN.RSA." + s.name: {kind: tar.TypeReg, mode: 0o644, time: epoch, data: signature}}, false)
}

// public returns the key as apk reads it from /etc/apk/keys.
func (s signer) public() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
}

func (a apk) pkginfo(files []byte) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "pkgname = %s\npkgver = %s\npkgdesc = %s\nbuilddate = %d\nsize = %d\narch = %s\norigin = %s\nlicense = %s\n",
		a.name, a.version, a.description, epoch, a.size(), a.arch, a.name, a.license)
	for _, d := range a.depends {
		fmt.Fprintf(&b, "depend = %s\n", d)
	}
	for _, p := range a.provides {
		fmt.Fprintf(&b, "provides = %s\n", p)
	}
	fmt.Fprintf(&b, "datahash = %s\n", hex.EncodeToString(sum(files)))
	return []byte(b.String())
}

// entry is the package's record in an index.
func (a apk) entry(size int, sum [sha1.Size]byte) string {
	return fmt.Sprintf("C:Q1%s\nP:%s\nV:%s\nA:%s\nS:%d\nI:%d\nT:%s\nL:%s\no:%s\nt:%d\nD:%s\np:%s\n\n",
		base64.StdEncoding.EncodeToString(sum[:]), a.name, a.version, a.arch, size, a.size(), a.description, a.license,
		a.name, epoch, strings.Join(a.depends, " "), strings.Join(a.provides, " "))
}

// apkSegment returns one of the compressed archives that an .apk is a sequence of.
// Only the last one ends as archives end. Data files carry the sums that go into
// the database of installed files.
func apkSegment(t tree, last bool) ([]byte, error) {
	var raw bytes.Buffer
	w := tar.NewWriter(&raw)
	for _, name := range slices.Sorted(maps.Keys(t)) {
		e := t[name]
		hdr := &tar.Header{Typeflag: e.kind, Name: name, Linkname: e.link, Mode: e.mode, Size: int64(len(e.data)), ModTime: time.Unix(e.time, 0)}
		if e.kind != tar.TypeDir && last {
			h := sha1.Sum(slices.Concat(e.data, []byte(e.link)))
			hdr.PAXRecords = map[string]string{"APK-TOOLS.checksum.SHA1": hex.EncodeToString(h[:])}
		}
		if err := w.WriteHeader(hdr); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	end := w.Flush
	if last {
		end = w.Close
	}
	if err := end(); err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	if _, err := zw.Write(raw.Bytes()); err != nil {
		return nil, err
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// apkRepository returns the files of a repository: the packages and their index.
func apkRepository(packages []apk, key signer) (tree, error) {
	t := tree{}
	var index strings.Builder
	for _, a := range packages {
		data, sum, err := a.pack(key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		t.file(a.filename(), string(data), 0o644)
		index.WriteString(a.entry(len(data), sum))
	}
	contents := tree{}
	contents.file("APKINDEX", index.String(), 0o644)
	contents.file("DESCRIPTION", "packages of the tests\n", 0o644)
	signed, err := apkSegment(contents, true)
	if err != nil {
		return nil, err
	}
	head, err := key.segment(signed)
	if err != nil {
		return nil, err
	}
	t.file("APKINDEX.tar.gz", string(head)+string(signed), 0o644)
	return t, nil
}
