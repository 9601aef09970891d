package python_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

// Each case has a virtual environment, whose RECORD files get the hashes of what is
// there, and lists what stays, with each RECORD that differs.
func TestStrip(t *testing.T) {
	golden.Run(t, "testdata/strip", func(t *testing.T, c *golden.Case) {
		root, err := rootfs.Open(rootfstest.Make(t, hashed(c.Files("venv/"))))
		if err != nil {
			t.Fatal(err)
		}
		keep, _ := c.Input("keep")
		s, err := python.Strip(root, strings.Fields(string(keep)))
		if err != nil {
			t.Fatal(err)
		}
		out := write(t, s.Layer)
		c.Compare("stays", []byte(names(rootfstest.List(t, out))))
		c.Compare("left out", fmt.Appendf(nil, "%d files, %d bytes, tools %q\n", s.Files, s.Bytes, s.Tools))
		verifyRecords(t, out)
	})
}

// names are the paths of a listing: modes are tested elsewhere.
func names(list string) string {
	var out strings.Builder
	for line := range strings.Lines(list) {
		words := strings.SplitN(line, " ", 4)
		if strings.HasPrefix(line, "d") {
			out.WriteString(strings.TrimSpace(words[2]) + "/\n")
		} else {
			out.WriteString(strings.TrimSpace(words[2]) + "\n")
		}
	}
	return strings.Replace(out.String(), "//\n", "/\n", 1)
}

// hashed puts hash and size into the lines of RECORD files that are only a path.
func hashed(files map[string][]byte) map[string][]byte {
	content := map[string][]byte{}
	for name, data := range files {
		content[strings.Fields(name)[0]] = data
	}
	for name, data := range files {
		if filepath.Base(name) != "RECORD" {
			continue
		}
		var text strings.Builder
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			file, ok := content[filepath.Join(filepath.Dir(filepath.Dir(name)), strings.Trim(line, `"`))]
			if ok && filepath.Base(line) != "RECORD" {
				fmt.Fprintf(&text, "%s,%s,%d\n", line, hash(file), len(file))
			} else {
				fmt.Fprintf(&text, "%s,,\n", line)
			}
		}
		files[name] = []byte(text.String())
	}
	return files
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// verifyRecords checks that each RECORD names files that are there, as they are.
func verifyRecords(t *testing.T, out string) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(out, "opt/venv/lib/python*/site-packages/*.dist-info/RECORD"))
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records {
		data, err := os.ReadFile(record)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		site := filepath.Dir(filepath.Dir(record))
		for _, line := range lines {
			got, err := os.ReadFile(filepath.Join(site, line[0]))
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(filepath.Dir(record)), err)
			} else if line[1] != "" && (line[1] != hash(got) || line[2] != strconv.Itoa(len(got))) {
				t.Errorf("%s: %s has not the hash of its line", filepath.Base(filepath.Dir(record)), line[0])
			}
		}
	}
}

func TestStripKeepsOtherLinesOfARecordAsTheyAre(t *testing.T) {
	t.Parallel()
	record := "q/__init__.py,sha256=x,1\r\n\"q/a,b.py\",sha256=y,2\r\nq/__pycache__/__init__.cpython-313.pyc,,\r\nq-1.dist-info/RECORD,,\r\n"
	root := open(t, string(txtar.Format(&txtar.Archive{Files: []txtar.File{
		{Name: "lib/python3.13/site-packages/q/__init__.py"},
		{Name: "lib/python3.13/site-packages/q-1.dist-info/RECORD", Data: []byte(record)},
	}})))
	s, err := python.Strip(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Layer.Stat("/opt/venv/lib/python3.13/site-packages/q-1.dist-info/RECORD")
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(record, "q/__pycache__/__init__.cpython-313.pyc,,\r\n", "", 1)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
