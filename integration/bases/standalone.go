package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// standalone is a CPython of the project python-build-standalone for glibc, as a
// Go module embeds it, for /usr/local.
type standalone struct {
	version string
	module  goModule
	env     []string // of the official image of that version
}

const goEmbedPython = "github.com/kluctl/go-embed-python"

var (
	// standalone311 has a shared libpython, which bin/python3.11 names by $ORIGIN.
	standalone311 = standalone{
		version: "3.11.11",
		module: goModule{
			path: goEmbedPython, version: "v0.0.0-3.11.11-20241219-1",
			sum:     "h1:yVXFTxa6cvhLC6TwkDEHmNaiWlDyaFEGiXd1DQdoeOU=",
			instead: "another version of the module with a CPython 3.11",
		},
		env: []string{"LANG=C.UTF-8", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D"},
	}
	standalone314 = standalone{
		version: "3.14.6",
		module: goModule{
			path: goEmbedPython, version: "v0.0.0-3.14.6-20260610-1",
			sum:     "h1:oGUS7++Wm3LgxUfD6AmJgKbKQD2wdQFO9PzyJv6T+E4=",
			instead: "another version of the module with a CPython 3.14",
		},
	}
)

// pipWheel is put in, as the official images have pip.
var pipWheel = wheel{
	name: "pip", version: "26.3", platform: "any",
	sha256:  "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13",
	instead: "a later release of pip",
}

// pythonStandalone makes images in the official layout on Debian, for both architectures.
func pythonStandalone(s standalone) func(context.Context, *maker) ([]v1.Image, error) {
	return func(ctx context.Context, m *maker) ([]v1.Image, error) {
		var images []image
		for _, arch := range []string{"amd64", "arm64"} {
			base, err := m.debianLayer(ctx, arch, pythonPackages...)
			if err != nil {
				return nil, err
			}
			t, err := m.standaloneTree(ctx, s, arch)
			if err != nil {
				return nil, err
			}
			python, err := t.layer()
			if err != nil {
				return nil, err
			}
			images = append(images, image{
				arch: arch, layers: []v1.Layer{base, python}, by: "debian:trixie-slim with " + goEmbedPython,
				config: v1.Config{
					Env: slices.Concat([]string{pythonPath}, s.env, []string{"PYTHON_VERSION=" + s.version}),
					Cmd: []string{"python3"},
				},
			})
		}
		return assembleAll(images...)
	}
}

// standaloneTree lays the module's files out under /usr/local, with pip.
func (m *maker) standaloneTree(ctx context.Context, s standalone, arch string) (tree, error) {
	dir, err := m.module(ctx, s.module)
	if err != nil {
		return nil, err
	}
	t, err := readEmbedded(filepath.Join(dir, "python/internal/data/linux-"+arch))
	if err != nil {
		return nil, err
	}
	pip, err := m.wheel(ctx, pipWheel)
	if err != nil {
		return nil, err
	}
	if err := addPip(t, pip, s.version[:strings.LastIndex(s.version, ".")]); err != nil {
		return nil, err
	}
	t.parents()
	return t, nil
}

// embeddedFile is one file in the list that go-embed-python keeps beside them.
type embeddedFile struct {
	Name       string
	Perm       os.FileMode
	Symlink    string
	Compressed bool
}

func readEmbedded(dir string) (tree, error) {
	data, err := os.ReadFile(filepath.Join(dir, "files.json"))
	if err != nil {
		return nil, err
	}
	var list struct{ Files []embeddedFile }
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	t := tree{}
	for _, f := range list.Files {
		name := "usr/local/" + f.Name
		switch {
		case f.Symlink != "":
			t.symlink(name, f.Symlink)
		case f.Perm.IsDir():
			t.dir(name, 0o755)
		default:
			data, err := readEmbeddedFile(filepath.Join(dir, f.Name), f.Compressed)
			if err != nil {
				return nil, err
			}
			mode := int64(0o644)
			if f.Perm&0o111 != 0 {
				mode = 0o755
			}
			t.add(name, entry{kind: tar.TypeReg, mode: mode, time: epoch, data: data})
		}
	}
	return t, nil
}

func readEmbeddedFile(path string, compressed bool) ([]byte, error) {
	if !compressed {
		return os.ReadFile(path)
	}
	data, err := os.ReadFile(path + ".gz")
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.ReadAll(r)
}

// addPip installs pip as ensurepip does it: its files, a RECORD, three programs.
func addPip(t tree, pip *zip.Reader, version string) error {
	site := "usr/local/lib/python" + version + "/site-packages/"
	info := "pip-" + pipWheel.version + ".dist-info/"
	for _, f := range pip.File {
		data, err := readZip(f)
		if err != nil {
			return err
		}
		if f.Name == info+"RECORD" {
			data = append(data, info+"INSTALLER,,\n"...)
			for _, program := range []string{"pip", "pip3", "pip" + version} {
				data = append(data, "../../../bin/"+program+",,\n"...)
			}
		}
		t.file(site+f.Name, string(data), 0o644)
	}
	t.file(site+info+"INSTALLER", "pip\n", 0o644)
	for _, program := range []string{"pip", "pip3", "pip" + version} {
		t.file("usr/local/bin/"+program, "#!/usr/local/bin/python"+version+"\nimport sys\nfrom pip._internal.cli.main import main\n"+
			"if __name__ == '__main__':\n    sys.exit(main())\n", 0o755)
	}
	return nil
}
