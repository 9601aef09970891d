package unpack_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/unpack"
)

// wheel makes the members of a wheel from a txtar archive. A name may be followed
// by a mode. WHEEL, METADATA and RECORD are made where the archive has none; a name
// followed by "absent" stands for none at all.
func wheel(t testing.TB, file, text string) archive {
	t.Helper()
	return wheelOf(t, file, txtar.Parse([]byte(text)).Files)
}

func wheelOf(t testing.TB, file string, files []txtar.File) archive {
	t.Helper()
	parts := strings.Split(file, "-")
	info := parts[0] + "-" + parts[1] + ".dist-info/"
	has := map[string]bool{}
	for _, f := range files {
		has[strings.Fields(f.Name)[0]] = true
	}
	for _, own := range []txtar.File{
		{Name: info + "METADATA", Data: fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", parts[0], parts[1])},
		{Name: info + "WHEEL", Data: []byte("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")},
		{Name: info + "RECORD", Data: nil},
	} {
		if !has[own.Name] {
			files = append(files, own)
		}
	}
	var a archive
	var record strings.Builder
	for _, f := range files {
		name, word, _ := strings.Cut(f.Name, " ")
		if word == "absent" {
			continue
		}
		mode := int64(0o100644)
		if word != "" {
			var err error
			if mode, err = strconv.ParseInt(word, 8, 32); err != nil {
				t.Fatal(err)
			}
		}
		if name == info+"RECORD" && f.Data == nil {
			f.Data = []byte(record.String() + name + ",,\n")
		} else if !strings.HasSuffix(name, "/") {
			record.WriteString(recordLine(name, f.Data))
		}
		a.entries = append(a.entries, newEntry(t, name, f.Data, uint32(mode)))
	}
	return a
}

func recordLine(name string, data []byte) string {
	if strings.ContainsAny(name, `,"`) {
		name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return fmt.Sprintf("%s,%s,%d\n", name, hash(data), len(data))
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// save writes wheels into a new directory.
func save(t testing.TB, wheels map[string]archive) (dir string, list []unpack.Wheel) {
	t.Helper()
	dir = t.TempDir()
	for name, a := range wheels {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, a.bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		list = append(list, unpack.Wheel{Path: file})
	}
	return dir, list
}

// refused installs wheels that must not be installed, as they are and with rules that
// leave files out. It checks that nothing is written, neither into the directory nor
// around it.
func refused(t testing.TB, opt unpack.Options, want string) {
	t.Helper()
	if opt.Slim == nil {
		s, err := slim.New(slim.Options{Level: slim.Max, Named: []string{}})
		if err != nil {
			t.Fatal(err)
		}
		with := opt
		with.Slim = s
		refused(t, with, want)
	}
	around := t.TempDir()
	opt.Out = filepath.Join(around, "a", "b", "out")
	if err := os.MkdirAll(opt.Out, 0o755); err != nil {
		t.Fatal(err)
	}
	if opt.Python == "" {
		opt.Python = "3.13"
	}
	_, err := unpack.Install(opt)
	if err == nil {
		t.Error("no error")
	} else if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var left []string
	walkErr := filepath.WalkDir(around, func(name string, _ os.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(name, around))
		return err
	})
	if walkErr != nil {
		t.Fatal(walkErr)
	}
	if diff := cmp.Diff([]string{"", "/a", "/a/b", "/a/b/out"}, left); diff != "" {
		t.Errorf("left behind -want +got:\n%s", diff)
	}
}
