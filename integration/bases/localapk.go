package main

import (
	"archive/tar"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// localKey is the name of the key that signs the repository of the tests.
const localKey = "keelback-test.rsa.pub"

// localAlpine makes an Alpine whose apk installs from a repository in the image
// itself, as Alpine's own cannot be had everywhere. It has the packages that the
// official Python image adds to Alpine, put together again from its files, and two
// which no image has: greeting, and greeting-dev that needs it.
func localAlpine(ctx context.Context, m *maker) ([]v1.Image, error) {
	layers, err := m.flashvmLayers(ctx, flashvmLayers[:1])
	if err != nil {
		return nil, err
	}
	config := v1.Config{Env: []string{debianPath}, Cmd: []string{"/bin/sh"}, WorkingDir: "/"}
	return m.withRepository(ctx, image{arch: "amd64", config: config, layers: layers})
}

// localPythonAlpine makes the same of the official Python image.
func localPythonAlpine(ctx context.Context, m *maker) ([]v1.Image, error) {
	layers, err := m.flashvmLayers(ctx, flashvmLayers)
	if err != nil {
		return nil, err
	}
	config := v1.Config{Env: alpineEnv("3.12.11"), Cmd: []string{"python3"}}
	return m.withRepository(ctx, image{arch: "amd64", config: config, layers: layers})
}

func (m *maker) withRepository(ctx context.Context, img image) ([]v1.Image, error) {
	layer, err := m.once("apk repository", func() (v1.Layer, error) { return m.repositoryLayer(ctx) })
	if err != nil {
		return nil, err
	}
	img.layers, img.by = append(img.layers, layer), "Alpine 3.22.1 with a repository of its own"
	return assembleAll(img)
}

func (m *maker) repositoryLayer(ctx context.Context) (v1.Layer, error) {
	packages, err := m.localPackages(ctx)
	if err != nil {
		return nil, err
	}
	key, err := testKey()
	if err != nil {
		return nil, err
	}
	repository, err := apkRepository(packages, key)
	if err != nil {
		return nil, err
	}
	public, err := key.public()
	if err != nil {
		return nil, err
	}
	t := tree{}
	for name, e := range repository {
		t.add("srv/apk/x86_64/"+name, e)
	}
	t.file("etc/apk/repositories", "/srv/apk\n", 0o644)
	t.file("etc/apk/keys/"+localKey, public, 0o644)
	t.parents()
	return t.layer()
}

func (m *maker) localPackages(ctx context.Context) ([]apk, error) {
	added := tree{} // what the Python image adds to Alpine
	for _, digest := range flashvmLayers[1:3] {
		t, err := m.flashvmTree(ctx, digest)
		if err != nil {
			return nil, err
		}
		for name, e := range t {
			added.add(name, e)
		}
	}
	bare, err := m.flashvmTree(ctx, flashvmLayers[0])
	if err != nil {
		return nil, err
	}
	base := string(bare["lib/apk/db/installed"].data)
	var packages []apk
	for _, record := range strings.Split(strings.Trim(string(added["lib/apk/db/installed"].data), "\n"), "\n\n") {
		if a := rebuild(record, added); !strings.HasPrefix(a.name, ".") && !strings.Contains(base, "\nP:"+a.name+"\n") {
			packages = append(packages, a)
		}
	}
	return append(packages, greetings()...), nil
}

// rebuild puts a package together from its record in the database of installed ones.
func rebuild(record string, installed tree) apk {
	a := apk{files: tree{}}
	for line := range strings.Lines(record) {
		field, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch field {
		case "P":
			a.name = value
		case "V":
			a.version = value
		case "A":
			a.arch = value
		case "T":
			a.description = value
		case "L":
			a.license = value
		case "D":
			a.depends = strings.Fields(value)
		case "p":
			a.provides = strings.Fields(value)
		}
	}
	_, files := apkRecord(record)
	for _, name := range files {
		if e, ok := installed[name]; ok {
			a.files.add(name, e)
		}
	}
	a.files.parents()
	return a
}

func greetings() []apk {
	text, header := tree{}, tree{}
	text.file("usr/share/greeting/hello", "hello from apk\n", 0o644)
	header.file("usr/include/greeting.h", "#define GREETING \"hello\"\n", 0o644)
	header.add("usr/share/greeting/link", entry{kind: tar.TypeSymlink, mode: 0o777, time: epoch, link: "hello"})
	text.parents()
	header.parents()
	greeting := apk{name: "greeting", version: "1.0-r0", arch: "x86_64", description: "a greeting", license: "MIT", files: text}
	dev := apk{name: "greeting-dev", version: "1.0-r0", arch: "x86_64", description: "its header", license: "MIT", files: header, depends: []string{"greeting=1.0-r0"}}
	return []apk{greeting, dev}
}

// testKey returns the key that signs the repository. It protects nothing: anyone
// can compute it, as must be for images that are the same at each run.
func testKey() (signer, error) {
	one, e := big.NewInt(1), big.NewInt(65537)
	p, q := testPrime("p"), testPrime("q")
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(e, phi)
	if d == nil {
		return signer{}, fmt.Errorf("the primes of the test key do not fit its exponent")
	}
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         d, Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return signer{name: localKey, key: key}, key.Validate()
}

// testPrime returns the first prime of 1024 bits from a place that a name gives.
func testPrime(name string) *big.Int {
	var start []byte
	for i := range 4 {
		block := sha256.Sum256(fmt.Appendf(nil, "keelback test key %s %d", name, i))
		start = slices.Concat(start, block[:])
	}
	start[0] |= 0xc0         // 1024 bits each, 2048 of the product
	start[len(start)-1] |= 1 // odd
	n := new(big.Int).SetBytes(start)
	for !n.ProbablyPrime(20) {
		n.Add(n, big.NewInt(2))
	}
	return n
}
