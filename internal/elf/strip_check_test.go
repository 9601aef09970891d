package elf

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stripped strips contents both in memory and in a file.
func stripped(t *testing.T, data []byte) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "libq.so")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dropped, err := Strip(f)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if same := bytes.Equal(after, data); same != (dropped == 0) || dropped < int64(len(data)-len(after)) {
		t.Errorf("%d bytes became %d, said that %d were dropped", len(data), len(after), dropped)
	}
	if !bytes.Equal(after, contents(t, data)) {
		t.Error("a file is stripped in another way than contents")
	}
	return after
}

// contents strips contents in memory.
func contents(t *testing.T, data []byte) []byte {
	t.Helper()
	after, dropped, err := Stripped(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if dropped == 0 {
		return data
	}
	return after
}

func open(t *testing.T, data []byte) *elf.File {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// checkSame checks that a loader finds the same in a file as before, and that all
// sections that are left say the same.
func checkSame(t *testing.T, before, after []byte) {
	t.Helper()
	a, b := open(t, before), open(t, after)
	if a.FileHeader != b.FileHeader {
		t.Errorf("header: got %v, want %v", b.FileHeader, a.FileHeader)
	}
	sameSegments(t, before, after)
	sections := map[string]string{}
	for _, s := range a.Sections {
		sections[s.Name] = describe(t, a, s, before)
	}
	for _, s := range b.Sections[:len(b.Sections)-1] {
		if got := describe(t, b, s, after); got != sections[s.Name] {
			t.Errorf("%s: got %s, want %s", s.Name, got, sections[s.Name])
		}
	}
}

// sameSegments checks that all segments have the bytes that they had, but for what
// the header says of the section table.
func sameSegments(t *testing.T, before, after []byte) {
	t.Helper()
	a, err := readTables(bytes.NewReader(before), int64(len(before)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := readTables(bytes.NewReader(after), int64(len(after)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.segments, b.segments); diff != "" {
		t.Errorf("segments: -want +got:\n%s", diff)
	}
	a.header.Shoff, a.header.Shnum, a.header.Shstrndx = b.header.Shoff, b.header.Shnum, b.header.Shstrndx
	if a.header != b.header {
		t.Errorf("header: got %v, want %v", b.header, a.header)
	}
	if b.header.Shoff%b.bits(8, 4) != 0 {
		t.Errorf("section table at %d", b.header.Shoff)
	}
	skip := uint64(a.header.Ehsize)
	for _, p := range a.segments {
		from, to := max(skip, p.Off), max(skip, p.Off+p.Filesz)
		if !bytes.Equal(before[from:to], after[from:to]) {
			t.Errorf("segment at %d has other bytes", p.Off)
		}
	}
}

// describe is all that a section says, but for its number and the place of one that
// is not loaded.
func describe(t *testing.T, f *elf.File, s *elf.Section, data []byte) string {
	t.Helper()
	h := s.SectionHeader
	text := fmt.Sprintf("%v %v %#x %d align %d", h.Type, h.Flags, h.Addr, h.FileSize, h.Addralign)
	if h.Flags&elf.SHF_ALLOC != 0 {
		text += fmt.Sprintf(" at %#x", h.Offset)
	} else if h.Addralign > 1 && h.Offset%h.Addralign != 0 {
		t.Errorf("%s: at %#x, not aligned to %d", h.Name, h.Offset, h.Addralign)
	}
	text += " of " + f.Sections[h.Link].Name
	if h.Flags&elf.SHF_INFO_LINK != 0 {
		text += " for " + f.Sections[h.Info].Name
	} else {
		text += fmt.Sprint(" info ", h.Info)
	}
	if h.Type != elf.SHT_NOBITS && h.Type != elf.SHT_NULL {
		text += fmt.Sprintf(" %x", sha256.Sum256(data[h.Offset:h.Offset+h.FileSize]))
	}
	return text
}
