//go:build integration

package unpack_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs/rootfstest"
	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/unpack"
)

// packages are what is installed for comparison: with data files, headers, scripts
// of all kinds, entry points, native code, files that run at start-up, many files.
func packages() []string {
	return []string{
		"ansible-core==2.18.1", "awscli==1.36.20", "babel==2.16.0", "black==24.10.0", "botocore==1.35.79", "certifi==2024.8.30", "cmake==3.31.2",
		"coverage==7.6.9", "cryptography==44.0.0", "debugpy==1.8.9", "django==5.1.4", "docutils==0.16", "fastapi==0.115.6", "googleapis-common-protos==1.66.0",
		"greenlet==3.1.1", "grpcio==1.68.1", "ipykernel==6.29.5", "jupyter-core==5.7.2", "lxml==5.3.0", "ninja==1.11.1.2", "notebook-shim==0.2.4",
		"numpy==2.2.0", "pillow==11.0.0", "protobuf==5.29.1", "psycopg2-binary==2.9.10", "pytest==8.3.4", "ruff==0.8.3", "setuptools==75.6.0",
		"sphinx==8.1.3", "sqlalchemy==2.0.36", "uvicorn==0.34.0", "wheel==0.45.1",
	}
}

// realWheels gives real wheels: those of the directory KEELBACK_WHEELS, else they
// are downloaded for a version of Python.
func realWheels(t testing.TB, version string) []unpack.Wheel {
	t.Helper()
	dir := os.Getenv("KEELBACK_WHEELS")
	if dir == "" {
		dir = t.TempDir()
		args := []string{"tool", "run", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", version, "--implementation", "cp", "--dest", dir}
		for _, abi := range []string{"cp" + strings.ReplaceAll(version, ".", ""), "abi3", "none"} {
			args = append(args, "--abi", abi)
		}
		for _, platform := range []string{"manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux_2_12_x86_64", "manylinux1_x86_64", "any"} {
			args = append(args, "--platform", platform)
		}
		command(t, uv(t), append(args, packages()...)...)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no wheels, %v", dir, err)
	}
	var wheels []unpack.Wheel
	for _, file := range files {
		wheels = append(wheels, unpack.Wheel{Path: file})
	}
	return wheels
}

func uv(t testing.TB) string {
	t.Helper()
	name, err := exec.LookPath("uv")
	if err != nil {
		t.Skip(err)
	}
	return name
}

func command(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", args[0], err, out)
	}
}

// newVenv has uv make an environment, and tells the version of its Python.
func newVenv(t testing.TB) (dir, version string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "venv")
	command(t, uv(t), "venv", "--quiet", dir)
	libs, err := filepath.Glob(filepath.Join(dir, "lib", "python*"))
	if err != nil || len(libs) != 1 {
		t.Fatalf("%s: %v, %v", dir, libs, err)
	}
	return dir, strings.TrimPrefix(filepath.Base(libs[0]), "python")
}

// uvInstall has uv install wheels into a directory, for the Python of a venv.
func uvInstall(t testing.TB, wheels []unpack.Wheel, venv, out string) {
	t.Helper()
	args := []string{
		"pip", "install", "--quiet", "--no-cache", "--link-mode", "copy", "--no-deps", "--no-index", "--find-links", filepath.Dir(wheels[0].Path),
		"--python", filepath.Join(venv, "bin/python"), "--prefix", out,
	}
	for _, w := range wheels {
		parts := strings.Split(filepath.Base(w.Path), "-")
		args = append(args, parts[0]+"=="+parts[1])
	}
	command(t, uv(t), args...)
}

// Real packages come to lie as uv puts them. Only launchers are written otherwise,
// and with them the lines of RECORD; uv notes for itself where it took a wheel from.
func TestTheSameTreeAsUV(t *testing.T) {
	rootfstest.NeedsRoot(t)
	venv, version := newVenv(t)
	wheels := realWheels(t, version)
	out := filepath.Join(t.TempDir(), "out")
	empty := tree(t, venv)
	uvInstall(t, wheels, venv, venv)
	if _, err := unpack.Install(unpack.Options{Out: out, Python: version, Wheels: wheels}); err != nil {
		t.Fatal(err)
	}
	want, got := tree(t, venv), tree(t, filepath.Join(out, "opt/venv"))
	for name := range empty {
		delete(want, name)
	}
	for name := range want {
		// uv adds the programs with the version of Python for pip itself.
		if name == ".lock" || filepath.Base(name) == "uv_cache.json" || regexp.MustCompile(`^bin/pip3\.`).MatchString(name) {
			delete(want, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-uv +got:\n%s", diff)
	}
}

// tree describes the files of an environment: mode and hash. Of programs that are
// launchers it has only that they are, of a RECORD the files in it.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(name, dir+"/")
		files[rel] = fmt.Sprintf("%v %x", info.Mode(), sha256.Sum256(data))
		switch {
		case filepath.Base(name) == "RECORD" || filepath.Base(name) == "INSTALLER":
			files[rel] = installed(data)
		case strings.HasPrefix(rel, "bin/") && bytes.HasPrefix(data, []byte("#!")) && bytes.Contains(data[:min(len(data), 200)], []byte("python")):
			files[rel] = fmt.Sprint(info.Mode(), " python")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// installed are the files of a RECORD that both installers write.
func installed(record []byte) string {
	var names []string
	for line := range strings.Lines(string(record)) {
		name := regexp.MustCompile(`,(sha\d+=[^,]*)?,\d*\s*$`).ReplaceAllString(line, "")
		if !strings.Contains(name, "uv_cache.json") && !strings.HasPrefix(name, "../../../bin/pip3.") && !strings.Contains(line, "INSTALLER") && len(record) > 20 {
			names = append(names, strings.TrimSpace(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

// A wheel of 1 GB takes no more memory than others.
func TestMemoryOfAGreatWheel(t *testing.T) {
	rootfstest.NeedsRoot(t)
	file := filepath.Join(t.TempDir(), "great-1.0-py3-none-any.whl")
	writeGreatWheel(t, file, 1<<30)
	cmd := exec.Command(os.Args[0], file)
	cmd.Env = append(os.Environ(), "UNPACK_UMASK=022", "UNPACK_OUT="+filepath.Join(t.TempDir(), "out"))
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, msg)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("%d MB, %v", usage.Maxrss>>10, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	if usage.Maxrss > 200<<10 {
		t.Errorf("%d MB of memory", usage.Maxrss>>10)
	}
}

// writeGreatWheel writes a wheel with one file that is packed into size bytes. The
// file is one piece of text, again and again, packed each time without regard to the
// one before.
func writeGreatWheel(t testing.TB, file string, size int64) {
	t.Helper()
	var piece bytes.Buffer
	w, err := flate.NewWriter(&piece, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 0, 4<<20)
	for i := 0; len(text) < 4<<20; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		text = append(text, fmt.Sprintf("%x%s", sum[:8], sum[8:])...)
	}
	if _, err = w.Write(text); err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	pieces := size / int64(piece.Len())
	sum, crc := sha256.New(), uint32(0)
	for range pieces {
		sum.Write(text)
		crc = crc32.Update(crc, crc32.IEEETable, text)
	}
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	end := []byte{3, 0} // an empty last block
	raw, err := z.CreateRaw(&zip.FileHeader{
		Name: "great.bin", Method: zip.Deflate, CRC32: crc,
		CompressedSize64: uint64(pieces)*uint64(piece.Len()) + 2, UncompressedSize64: uint64(pieces) * uint64(len(text)),
	})
	for range pieces {
		if err == nil {
			_, err = raw.Write(piece.Bytes())
		}
	}
	if err == nil {
		_, err = raw.Write(end)
	}
	if err != nil {
		t.Fatal(err)
	}
	meta, version := "Name: great\nVersion: 1.0\n", "Wheel-Version: 1.0\n"
	for _, f := range []struct{ name, data string }{
		{"METADATA", meta},
		{"WHEEL", version},
		{"RECORD", fmt.Sprintf("great.bin,sha256=%s,\n", base64.RawURLEncoding.EncodeToString(sum.Sum(nil))) +
			recordLine("great-1.0.dist-info/METADATA", []byte(meta)) + recordLine("great-1.0.dist-info/WHEEL", []byte(version))},
	} {
		w, err := z.Create("great-1.0.dist-info/" + f.name)
		if err == nil {
			_, err = io.WriteString(w, f.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkInstall installs real wheels, as uv does for comparison.
func BenchmarkInstall(b *testing.B) {
	rootfstest.NeedsRoot(b)
	venv, version := newVenv(b)
	wheels := realWheels(b, version)
	run := func(b *testing.B, install func(out string)) {
		b.Helper()
		for i := 0; b.Loop(); i++ {
			out := filepath.Join(b.TempDir(), fmt.Sprint(i))
			install(out)
			b.StopTimer()
			if err := os.RemoveAll(out); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	}
	safe, err := slim.New(slim.Options{Level: slim.Safe, Named: []string{}})
	if err != nil {
		b.Fatal(err)
	}
	for name, slimmer := range map[string]*slim.Slimmer{"keelback": nil, "keelback-safe": safe} {
		b.Run(name, func(b *testing.B) {
			run(b, func(out string) {
				res, err := unpack.Install(unpack.Options{Out: out, Python: version, Wheels: wheels, Slim: slimmer})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(res.Bytes)
			})
		})
	}
	b.Run("uv", func(b *testing.B) {
		run(b, func(out string) { uvInstall(b, wheels, venv, out) })
	})
}
