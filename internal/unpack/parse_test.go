package unpack

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/wheel"
)

func FuzzRecord(f *testing.F) {
	for _, text := range []string{
		"a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nx.dist-info/RECORD,,\n",
		"\"a,\"\"b\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=,12\r\n", "a,md5=x,1\n", "a,,\na,,\n", "\"a\nb\",,\n", "a,,-1\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines, err := parseRecord(text)
		if err != nil {
			return
		}
		for name, line := range lines {
			if line.digest != "" {
				if err := line.digest.check(line.digest.hash()); err == nil && line.digest != sumOf(nil) && line.digest.algorithm() == "sha256" {
					t.Errorf("%q: %s is taken for the hash of nothing", name, line.digest)
				}
			}
			if line.size < 0 || strings.ContainsAny(name, "\r\n") {
				delete(lines, name) // a file that is written has a size, and a name without these
			}
		}
		out, err := recordText(lines, "self")
		if err != nil {
			t.Fatal(err)
		}
		delete(lines, "self")
		again, err := parseRecord(out)
		delete(again, "self")
		if diff := cmp.Diff(lines, again, cmp.AllowUnexported(recordLine{})); err != nil || diff != "" {
			t.Errorf("%v -first +again:\n%s", err, diff)
		}
	})
}

func FuzzEntryPoints(f *testing.F) {
	for _, text := range []string{
		"[console_scripts]\na = b:c\n", "[gui_scripts]\na=b.c:d.e [x]\n; c\n# d\n[other]\n../x = y\n", "[console_scripts]\n/etc/x = b:c\n",
		"[console_scripts]\na = b:c;import os\n", "\ufeff[console_scripts]\na = b\n", "[console_scripts]\npython3.13 = b:c\n", "[console_scripts]\n\u212a = b:c\nk = b:c",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		points, err := parseEntryPoints(text)
		if err != nil {
			return
		}
		for _, p := range points {
			if p.name == "" || p.name == "." || p.name == ".." || strings.ContainsAny(p.name, "/\\\x00\n") ||
				slices.Contains([]string{"python", "python3", "python3.13", "python3.13t"}, strings.ToLower(p.name)) {
				t.Errorf("program %q", p.name)
			}
			for _, r := range p.module + p.function {
				if r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
					t.Errorf("%q is in the code of %q", r, p.name)
				}
			}
			if n := strings.Count(string(p.launcher()), "\n"); n != 5 {
				t.Errorf("the launcher of %q has %d lines", p.name, n)
			}
		}
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte("Name: x\r\nVersion: 1\nDescription: a\n b\n\nName: y\n"), "x", "1")
	f.Add([]byte("Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"), "", "")
	f.Fuzz(func(t *testing.T, text []byte, name, version string) {
		for field, value := range fields(text) {
			if strings.Contains(field+value, "\n") || strings.ToLower(field) != field {
				t.Errorf("%q: %q", field, value)
			}
		}
		if _, err := checkWheelFile(text, nil); err == nil && !strings.HasPrefix(fields(text)["wheel-version"], "1.") {
			t.Errorf("%q is taken", fields(text)["wheel-version"])
		}
		if _, err := wheel.ParseVersion(version); err != nil {
			return // never the name of a file
		}
		if err := checkMetadata(text, name, version); err == nil && fields(text)["version"] == "" {
			t.Error("no version is a version")
		}
	})
}
