package elf

import (
	"bytes"
	"debug/elf"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/elf/elftest"
)

func TestReadTakesWhatALoaderReads(t *testing.T) {
	t.Parallel()
	whole := elftest.File{
		Interp: "/lib64/ld-linux-x86-64.so.2", Soname: "libq.so.1", Needed: []string{"libz.so.1", "libc.so.6"},
		Rpath: "/a:/b", Runpath: "$ORIGIN/../lib",
		Symbols:  []string{"PyInit_q", "printf", "PyInit__q"},
		Versions: []string{"Q_1.0", "Q_1.1"}, VersionNeeds: []string{"libc.so.6 GLIBC_2.34", "libz.so.1 ZLIB_1.2 weak"},
	}
	with := func(change func(*elftest.File)) elftest.File {
		f := whole
		change(&f)
		return f
	}
	tests := []struct {
		name  string
		file  elftest.File
		class elf.Class
	}{
		{"64 bits, little-endian", whole, elf.ELFCLASS64},
		{"64 bits, big-endian", with(func(f *elftest.File) { f.Machine = elf.EM_S390 }), elf.ELFCLASS64},
		{"32 bits", with(func(f *elftest.File) { f.Machine = elf.EM_ARM }), elf.ELFCLASS32},
		{"strings in two segments", with(func(f *elftest.File) { f.SplitStrings = true }), elf.ELFCLASS64},
		{"nothing needed", elftest.File{}, elf.ELFCLASS64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Read(bytes.NewReader(tt.file.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			want := &File{
				Machine: tt.file.Machine, Class: tt.class, Interp: tt.file.Interp, Soname: tt.file.Soname,
				Needed: tt.file.Needed, Rpath: tt.file.Rpath, Runpath: tt.file.Runpath, Versions: tt.file.Versions,
			}
			if len(tt.file.Symbols) > 0 {
				want.Modules = []string{"q", "_q"}
				want.VersionNeeds = []VersionNeed{{"libc.so.6", "GLIBC_2.34"}}
			}
			if want.Machine == 0 {
				want.Machine = elf.EM_X86_64
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadRefusesWhatNoLoaderLoads(t *testing.T) {
	t.Parallel()
	whole := elftest.File{Needed: []string{"libz.so.1"}, Soname: "libq.so"}.Bytes()
	object := bytes.Clone(whole)
	object[16] = byte(elf.ET_REL)
	tests := map[string][]byte{
		"nothing":              {},
		"a script":             []byte("#!/bin/sh\n" + string(make([]byte, 100))),
		"an object file":       object,
		"only the magic":       whole[:4],
		"a header cut off":     whole[:40],
		"headers cut off":      whole[:100],
		"dynamic part cut off": whole[:len(whole)-40],
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if f, err := Read(bytes.NewReader(data)); !errors.Is(err, ErrNotELF) {
				t.Errorf("got %v, %v, want ErrNotELF", f, err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(elftest.File{Needed: []string{"libz.so.1"}, Interp: "/lib/ld-musl-x86_64.so.1"}.Bytes())
	f.Add(elftest.File{Machine: elf.EM_S390, Runpath: "$ORIGIN", SplitStrings: true}.Bytes())
	f.Add(elftest.File{Machine: elf.EM_386, Soname: "libq.so"}.Bytes())
	f.Add(entwined(100))
	f.Add(elftest.File{Versions: []string{"Q_1"}, VersionNeeds: []string{"libc.so.6 GLIBC_2.34"}, Symbols: []string{"PyInit_q"}}.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data))
		if (file == nil) == (err == nil) {
			t.Errorf("got %v, %v", file, err)
		}
	})
}
