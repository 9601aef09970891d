package index

import (
	"archive/zip"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Member is a file of a wheel beside those of its directory. Its name is written as
// it is, whatever it says.
type Member struct {
	Name string
	Mode fs.FileMode // of a regular file where it is 0
	Data []byte
}

// MakeWheel writes a wheel whose file name says what it is: the files of a directory,
// after them the members, and of METADATA, WHEEL and RECORD what they leave out. The
// same files make the same bytes.
func MakeWheel(file, dir string, members []Member) error {
	name, version, ok := nameAndVersion(filepath.Base(file))
	if !ok || !strings.HasSuffix(file, ".whl") {
		return fmt.Errorf("%s: not named as a wheel (NAME-VERSION-PYTHON-ABI-PLATFORM.whl)", file)
	}
	all, err := readDir(dir)
	if err != nil {
		return err
	}
	all = append(all, members...)
	stem := strings.Join(strings.SplitN(filepath.Base(file), "-", 3)[:2], "-")
	tag := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), stem+"-"), ".whl")
	for _, own := range []Member{
		{Name: "METADATA", Data: fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)},
		{Name: "WHEEL", Data: fmt.Appendf(nil, "Wheel-Version: 1.0\nGenerator: keelback-test\nRoot-Is-Purelib: true\nTag: %s\n", tag)},
	} {
		if own.Name = stem + ".dist-info/" + own.Name; !has(all, own.Name) {
			all = append(all, own)
		}
	}
	if record := stem + ".dist-info/RECORD"; !has(all, record) {
		all = append(all, Member{Name: record, Data: recordOf(all, record)})
	}
	return writeZip(file, all)
}

func has(members []Member, name string) bool {
	for _, m := range members {
		if m.Name == name {
			return true
		}
	}
	return false
}

// readDir reads the files below a directory, in the order of their names.
func readDir(dir string) ([]Member, error) {
	var members []Member
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		members = append(members, Member{Name: filepath.ToSlash(name), Mode: info.Mode(), Data: data})
		return err
	})
	return members, err
}

func recordOf(members []Member, record string) []byte {
	var text strings.Builder
	for _, m := range members {
		sum := sha256.Sum256(m.Data)
		fmt.Fprintf(&text, "%s,sha256=%s,%d\n", m.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(m.Data))
	}
	fmt.Fprintf(&text, "%s,,\n", record)
	return []byte(text.String())
}

func writeZip(file string, members []Member) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := zip.NewWriter(f)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, m := range members {
		h := &zip.FileHeader{Name: m.Name, Method: zip.Deflate}
		h.SetMode(0o644)
		if m.Mode != 0 {
			h.SetMode(m.Mode)
		}
		to, err := w.CreateHeader(h)
		if err != nil {
			return errors.Join(err, f.Close())
		}
		if _, err := to.Write(m.Data); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(w.Close(), f.Close())
}
