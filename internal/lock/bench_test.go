package lock_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/spec"
)

const (
	benchPackages = 500
	benchWheels   = 60
)

// BenchmarkSelect reads a lock of 500 packages with 60 wheels each, and selects of it.
func BenchmarkSelect(b *testing.B) {
	s, err := spec.Parse("keelback.yaml", []byte("name: shop\npython: \"3.13\"\ncommand: [shop]\n"), nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, context := range map[string]memory{
		"uv.lock":     {"uv.lock": bigUVLock(), "pyproject.toml": []byte("[project]\nname = \"shop\"\n")},
		"pylock.toml": {"pylock.toml": bigPylock()},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(context[name])))
			b.ReportAllocs()
			for b.Loop() {
				p, err := lock.Load(b.Context(), s, context)
				if err != nil {
					b.Fatal(err)
				}
				chosen, err := p.Lock.Select(s, musl)
				if err != nil || len(chosen) != benchPackages {
					b.Fatal(len(chosen), err)
				}
			}
		})
	}
}

// bigWheels are the names of wheels as big projects publish them.
func bigWheels(name string) []string {
	var names []string
	for _, python := range []string{"cp39", "cp310", "cp311", "cp312", "cp313", "cp314"} {
		for _, platform := range []string{
			"macosx_10_13_x86_64", "macosx_11_0_arm64", "manylinux_2_17_aarch64.manylinux2014_aarch64",
			"manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_s390x.manylinux2014_s390x",
			"musllinux_1_2_x86_64", "musllinux_1_2_aarch64", "win32", "win_amd64", "win_arm64",
		} {
			names = append(names, fmt.Sprintf("%s-1.0-%s-%s-%s.whl", name, python, python, platform))
		}
	}
	return names[:benchWheels]
}

func bigUVLock() []byte {
	var text, needs strings.Builder
	text.WriteString("version = 1\nrevision = 3\nrequires-python = \">=3.9\"\n")
	for i := range benchPackages {
		name := fmt.Sprintf("package%03d", i)
		fmt.Fprintf(&needs, "    { name = %q, marker = \"python_full_version >= '3.9' and sys_platform != 'win32'\" },\n", name)
		fmt.Fprintf(&text, "\n[[package]]\nname = %q\nversion = \"1.0\"\nsource = { registry = \"https://index.example.com/simple\" }\nwheels = [\n", name)
		for _, w := range bigWheels(name) {
			fmt.Fprintf(&text, "    { url = \"https://files.example.com/packages/a1/98/7e457a3b014976887a050561955c0b76e1e7e2d6e27b78ecef2ef80518f2/%s\", hash = \"sha256:%064x\", size = 310971, upload-time = \"2026-11-01T11:20:07.123Z\" },\n", w, i)
		}
		text.WriteString("]\n")
	}
	fmt.Fprintf(&text, "\n[[package]]\nname = \"shop\"\nsource = { virtual = \".\" }\ndependencies = [\n%s]\n", needs.String())
	return []byte(text.String())
}

func bigPylock() []byte {
	var text strings.Builder
	text.WriteString("lock-version = \"1.0\"\ncreated-by = \"uv\"\n")
	for i := range benchPackages {
		name := fmt.Sprintf("package%03d", i)
		fmt.Fprintf(&text, "\n[[packages]]\nname = %q\nversion = \"1.0\"\nmarker = \"sys_platform != 'win32'\"\nwheels = [\n", name)
		for _, w := range bigWheels(name) {
			fmt.Fprintf(&text, "    { url = \"https://files.example.com/packages/a1/98/7e457a3b014976887a050561955c0b76e1e7e2d6e27b78ecef2ef80518f2/%s\", upload-time = 2026-11-01T11:20:07Z, size = 310971, hashes = { sha256 = \"%064x\" } },\n", w, i)
		}
		text.WriteString("]\n")
	}
	return []byte(text.String())
}
