package python_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

const installedPip = official + `
-- usr/local/bin/pip3 0755 --
#!/usr/local/bin/python3.13
-- usr/local/lib/python3.13/site-packages/pip/__init__.py --
pip
-- usr/local/lib/python3.13/site-packages/pip/__pycache__/__init__.cpython-313.pyc --
-- usr/local/lib/python3.13/site-packages/pip-25.0.dist-info/METADATA --
Name: pip
-- usr/local/lib/python3.13/site-packages/pip-25.0.dist-info/RECORD --
../../../bin/pip3,sha256=x,1
pip/__init__.py,sha256=x,1
pip/__pycache__/__init__.cpython-313.pyc,,
pip-25.0.dist-info/METADATA,sha256=x,1
pip-25.0.dist-info/RECORD,,
`

func TestPipIsTakenFromTheBuilder(t *testing.T) {
	t.Parallel()
	const name = "usr/local/lib/python3.13/ensurepip/_bundled/pip-25.0-py3-none-any.whl"
	trees := map[string]*rootfs.Root{
		"installed": open(t, installedPip),
		"bundled":   open(t, official+"-- "+name+" --\n"+wheel(t, "pip/__init__.py", "pip-25.0.dist-info/METADATA", "pip-25.0.dist-info/RECORD")),
		"of debian": open(t, debian+"-- usr/share/python-wheels/pip-25.0-py3-none-any.whl --\n"+
			wheel(t, "pip/__init__.py", "pip-25.0.dist-info/METADATA", "pip-25.0.dist-info/RECORD")),
	}
	for name, root := range trees {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, err := python.Find(root, "3.13", []string{"/usr/local/bin"})
			if err != nil {
				t.Fatal(err)
			}
			files, err := python.Pip(root, i)
			if err != nil {
				t.Fatal(err)
			}
			l := rootfs.NewLayer(nil)
			for _, e := range files {
				if err := l.Add(e); err != nil {
					t.Fatal(err)
				}
			}
			out := write(t, l)
			want := `/
/opt/
/opt/venv/
/opt/venv/bin/
/opt/venv/bin/pip
/opt/venv/lib/
/opt/venv/lib/python3.13/
/opt/venv/lib/python3.13/site-packages/
/opt/venv/lib/python3.13/site-packages/pip/
/opt/venv/lib/python3.13/site-packages/pip/__init__.py
/opt/venv/lib/python3.13/site-packages/pip-25.0.dist-info/
/opt/venv/lib/python3.13/site-packages/pip-25.0.dist-info/METADATA
/opt/venv/lib/python3.13/site-packages/pip-25.0.dist-info/RECORD
`
			if diff := cmp.Diff(want, names(rootfstest.List(t, out))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			verifyRecords(t, out)
		})
	}
}

func TestPipRefusesAWheelThatLeadsOut(t *testing.T) {
	t.Parallel()
	root := open(t, official+"-- usr/local/lib/python3.13/ensurepip/_bundled/pip-25.0-py3-none-any.whl --\n"+wheel(t, "../../evil"))
	i, err := python.At(root, "/usr/local/bin/python3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := python.Pip(root, i); err == nil || !strings.Contains(err.Error(), "leads out of the wheel") {
		t.Errorf("got %v", err)
	}
}

func TestBuilderWithoutPip(t *testing.T) {
	t.Parallel()
	root := open(t, official)
	i, err := python.At(root, "/usr/local/bin/python3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := python.Pip(root, i); err == nil || !strings.Contains(err.Error(), "pip: the builder has none") {
		t.Errorf("got %v", err)
	}
}

// wheel is a zip file that holds the named files.
func wheel(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
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

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
}
