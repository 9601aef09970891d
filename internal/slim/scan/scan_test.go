package scan_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/slim/scan"
	"github.com/keelback/keelback/internal/unpack"
)

// A case has packages as text, each in a group of its name (in none below "built"), and
// the files of a service. Each says what is named by the packages and by the service,
// and what is left out then. A program has to work with that; "alone" says how it ends
// where the search finds nothing, which shows that the search is needed.
func TestScan(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		dir := t.TempDir()
		wheels := makeWheels(t, dir, c)
		options := optionsOf(t, c)
		res, err := scan.Wheels(scan.Options{Slim: slimmer(t, options), Python: "3.13", Wheels: wheels})
		if err != nil {
			t.Fatal(err)
		}
		c.Compare("named", namedText(res.Named))
		names := service(t, dir, c, res.Candidates)
		c.Compare("service", namedText(names))
		for group, list := range res.Named {
			options.Named = append(options.Named, list...)
			options.Named = append(options.Named, names[group]...)
		}
		site, removed := install(t, filepath.Join(dir, "out"), wheels, options)
		c.Compare("left out", []byte(removed))
		if program, ok := c.Input("program"); ok {
			if msg, err := python(t, site, program); err != nil {
				t.Errorf("%v: %s", err, msg)
			}
			options.Named = []string{}
			site, _ := install(t, filepath.Join(dir, "alone"), wheels, options)
			msg, _ := python(t, site, program)
			c.Compare("alone", kindOfError(msg))
		}
	})
}

func slimmer(t testing.TB, opt slim.Options) *slim.Slimmer {
	t.Helper()
	s, err := slim.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// python runs a program with packages that are installed.
func python(t *testing.T, site string, program []byte) (output []byte, err error) {
	t.Helper()
	file, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	cmd := exec.Command(file, "-I", "-S", "-B", "-c", "import sys; sys.path.insert(0, sys.argv[1])\n"+string(program), site)
	return cmd.CombinedOutput()
}

// kindOfError is the name of the error that a program ended with.
func kindOfError(output []byte) []byte {
	output = bytes.TrimSpace(output)
	kind, _, _ := bytes.Cut(output[bytes.LastIndexByte(output, '\n')+1:], []byte(":"))
	return kind
}

func optionsOf(t *testing.T, c *golden.Case) slim.Options {
	t.Helper()
	opt := slim.Options{Level: slim.Safe, Named: []string{}}
	text, _ := c.Input("options")
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "level":
			opt.Level = slim.Level(value)
		case "keep":
			opt.Keep = append(opt.Keep, value)
		case "drop":
			opt.Drop = append(opt.Drop, value)
		default:
			t.Fatalf("options: %q", line)
		}
	}
	return opt
}

// service searches the service's files, after the candidates were written and read.
func service(t *testing.T, dir string, c *golden.Case, candidates scan.Candidates) map[string][]string {
	t.Helper()
	data, err := json.Marshal(candidates)
	if err != nil {
		t.Fatal(err)
	}
	var read scan.Candidates
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	app := filepath.Join(dir, "app")
	if err := os.MkdirAll(app, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range c.Files("app/") {
		file := filepath.Join(app, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := rootfs.Open(app)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	if command, ok := c.Input("command"); ok {
		texts = strings.Fields(string(command))
	}
	named, err := scan.Service(read, root, texts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read.Groups, slices.Sorted(maps.Keys(named))); diff != "" {
		t.Errorf("groups -want +got:\n%s", diff)
	}
	return named
}

func namedText(named map[string][]string) []byte {
	var out bytes.Buffer
	for _, group := range slices.Sorted(maps.Keys(named)) {
		for _, glob := range named[group] {
			fmt.Fprintf(&out, "%s: %s\n", group, glob)
		}
	}
	return out.Bytes()
}

// install installs wheels, and lists what was left out.
func install(t *testing.T, out string, wheels []scan.Wheel, options slim.Options) (site, removed string) {
	t.Helper()
	opt := unpack.Options{Out: out, Python: "3.13", Slim: slimmer(t, options)}
	for _, w := range wheels {
		if w.Group != "" {
			opt.Wheels = append(opt.Wheels, unpack.Wheel{Path: w.Path, Startup: true})
		}
	}
	res, err := unpack.Install(opt)
	if err != nil {
		t.Fatal(err)
	}
	const packages = "/opt/venv/lib/python3.13/site-packages/"
	var lines []string
	for _, r := range res.Removed {
		lines = append(lines, r.Rule+": "+strings.TrimPrefix(r.Path, packages)+"\n")
	}
	slices.Sort(lines)
	return filepath.Join(out, packages), strings.Join(lines, "")
}

// makeWheels makes wheels of the sections NAME-VERSION/PATH below wheels or built.
func makeWheels(t *testing.T, dir string, c *golden.Case) []scan.Wheel {
	t.Helper()
	files := map[string]map[string][]byte{}
	groups := map[string]string{}
	for _, from := range []string{"wheels/", "built/"} {
		for section, data := range c.Files(from) {
			stem, name, _ := strings.Cut(section, "/")
			if files[stem] == nil {
				files[stem] = map[string][]byte{}
			}
			files[stem][name] = data
			if from == "wheels/" {
				groups[stem], _, _ = strings.Cut(stem, "-")
			}
		}
	}
	var out []scan.Wheel
	for _, stem := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(dir, stem+"-py3-none-any.whl")
		if err := os.WriteFile(file, wheelOf(t, stem, files[stem]), 0o644); err != nil {
			t.Fatal(err)
		}
		out = append(out, scan.Wheel{Path: file, Group: groups[stem]})
	}
	return out
}

// wheelOf makes a wheel, with its metadata where it is not given.
func wheelOf(t testing.TB, stem string, files map[string][]byte) []byte {
	t.Helper()
	name, version, _ := strings.Cut(stem, "-")
	info := stem + ".dist-info/"
	files[info+"METADATA"] = append(fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version), files[info+"METADATA"]...)
	files[info+"WHEEL"] = []byte("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
	var record bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		sum := sha256.Sum256(files[name])
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(files[name]))
	}
	fmt.Fprintf(&record, "%sRECORD,,\n", info)
	files[info+"RECORD"] = record.Bytes()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: name, CRC32: crc32.ChecksumIEEE(data),
			CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
