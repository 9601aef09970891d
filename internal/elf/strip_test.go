package elf

import (
	"bytes"
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/elf/elftest"
)

// library is what a linker makes of a small library in C++ or Rust.
func library(machine elf.Machine) elftest.Linked {
	const loaded, writable = elf.SHF_ALLOC, elf.SHF_ALLOC | elf.SHF_WRITE
	return elftest.Linked{Machine: machine, Sections: []elftest.Section{
		{Name: ".gnu.warning.gets"},
		{Name: ".note.gnu.build-id", Type: elf.SHT_NOTE, Flags: loaded, Data: "build-id", Align: 4},
		{Name: ".dynsym", Type: elf.SHT_DYNSYM, Flags: loaded, Data: "symbols", Link: ".dynstr", Info: 1, Align: 8},
		{Name: ".gnu.version_r", Type: elf.SHT_GNU_VERNEED, Flags: loaded, Data: "versions", Link: ".dynstr", Info: 2},
		{Name: ".rela.plt", Type: elf.SHT_RELA, Flags: loaded | elf.SHF_INFO_LINK, Data: "relocations", Link: ".dynsym", InfoLink: ".got"},
		{Name: ".dynstr", Type: elf.SHT_STRTAB, Flags: loaded, Data: "\x00libc.so.6\x00"},
		{Name: ".text", Flags: loaded | elf.SHF_EXECINSTR, Data: strings.Repeat("code", 50), Align: 16},
		{Name: ".dynamic", Type: elf.SHT_DYNAMIC, Flags: writable, Data: strings.Repeat("\x00", 32), Link: ".dynstr", Align: 8},
		{Name: ".got", Flags: writable, Data: "got"},
		{Name: ".bss", Type: elf.SHT_NOBITS, Flags: writable, Size: 1 << 20},
		{Name: ".comment", Data: "GCC: 14"},
		{Name: ".debug_info", Data: strings.Repeat("debug", 300)},
		{Name: ".symtab", Type: elf.SHT_SYMTAB, Data: strings.Repeat("symbol", 50), Link: ".strtab", Align: 8},
		{Name: ".strtab", Type: elf.SHT_STRTAB, Data: strings.Repeat("\x00name", 50)},
	}}
}

// rewritten is the library after patchelf: strings have got longer and lie in a
// segment of their own, behind what is not loaded.
func rewritten(machine elf.Machine) elftest.Linked {
	l := library(machine)
	l.Sections = append(l.Sections, l.Sections[5])
	l.Sections[5].Name = ".dynstr.old"
	return l
}

func with(l elftest.Linked, more ...elftest.Section) elftest.Linked {
	l.Sections = append(l.Sections, more...)
	return l
}

// between puts sections before the strings.
func between(l elftest.Linked, more ...elftest.Section) elftest.Linked {
	l.Sections = slices.Insert(l.Sections, 5, more...)
	return l
}

func TestStripKeepsWhatIsLoaded(t *testing.T) {
	t.Parallel()
	loaded := []string{".note.gnu.build-id", ".dynsym", ".gnu.version_r", ".rela.plt", ".dynstr", ".text", ".dynamic", ".got", ".bss"}
	note := elftest.Section{Name: ".note.stapsdt", Type: elf.SHT_NOTE, Data: "probe", Align: 4}
	deps := elftest.Section{Name: ".dep-v0", Data: "zlib", Align: 16}
	tests := []struct {
		name string
		file elftest.Linked
		want []string
	}{
		{"64 bits, little-endian", library(elf.EM_X86_64), loaded},
		{"64 bits, big-endian", library(elf.EM_S390), loaded},
		{"32 bits", library(elf.EM_ARM), loaded},
		{
			"between segments", rewritten(elf.EM_AARCH64),
			[]string{".note.gnu.build-id", ".dynsym", ".gnu.version_r", ".rela.plt", ".dynstr.old", ".text", ".dynamic", ".got", ".bss", ".dynstr"},
		},
		{
			"what may have a use of its own, between segments", between(library(elf.EM_S390), note, deps),
			[]string{".note.gnu.build-id", ".dynsym", ".gnu.version_r", ".rela.plt", ".note.stapsdt", ".dep-v0", ".dynstr", ".text", ".dynamic", ".got", ".bss"},
		},
		{"what may have a use of its own", with(library(elf.EM_ARM), note, deps), slices.Concat(loaded, []string{".note.stapsdt", ".dep-v0"})},
		{"debugging information that is compressed", with(library(0), elftest.Section{Name: ".zdebug_line", Data: "ZLIB"}), loaded},
		{"relocations that are not loaded", with(library(0), elftest.Section{Name: ".rela.text", Type: elf.SHT_RELA, Data: "relocations", Link: ".symtab"}), loaded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := tt.file.Bytes()
			after := stripped(t, before)
			checkSame(t, before, after)
			var got []string
			for _, s := range open(t, after).Sections[1:] {
				got = append(got, s.Name)
			}
			if diff := cmp.Diff(slices.Concat(tt.want, []string{".shstrtab"}), got); diff != "" {
				t.Errorf("sections: -want +got:\n%s", diff)
			}
			for _, word := range []string{"debug", "symbolsymbol", "GCC"} {
				if bytes.Contains(after, []byte(word)) {
					t.Errorf("%q is still there", word)
				}
			}
			if again := stripped(t, after); !bytes.Equal(again, after) {
				t.Error("the second time, it did something else")
			}
		})
	}
}

func TestStripPutsTablesWhereTheyCostNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file elftest.Linked
		want string
	}{
		{"behind the last segment", library(0), "segments tables"},
		{"in place of what was dropped between segments", rewritten(0), "segments"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := tt.file.Bytes()
			f, got := open(t, before), "segments"
			end := uint64(0)
			for _, p := range f.Progs {
				end = max(end, p.Off+p.Filesz)
			}
			if len(stripped(t, before)) > int(end) {
				got += " tables"
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// change gives a file whose tables say something else.
func change(f func(*tables)) func([]byte) []byte {
	return func(data []byte) []byte {
		t, err := readTables(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			panic(err)
		}
		f(t)
		header, err1 := encode(t, []elf.Header64{t.header}, header32)
		programs, err2 := encode(t, t.segments, func(elf.Prog64) (p elf.Prog32) { return p })
		table, err3 := encode(t, t.sections, section32)
		if err := errors.Join(err1, err2, err3); err != nil {
			panic(err)
		}
		copy(data, header)
		copy(data[t.header.Phoff:], programs)
		copy(data[t.header.Shoff:], table)
		return data
	}
}

func TestStripLeavesAlone(t *testing.T) {
	t.Parallel()
	cut := func(n int) func([]byte) []byte {
		return func(b []byte) []byte { return b[:len(b)-n] }
	}
	tests := []struct {
		name string
		file func([]byte) []byte
		want string
	}{
		{"a script", func([]byte) []byte { return []byte("#!/bin/sh\n" + strings.Repeat(" ", 100)) }, "not an ELF file"},
		{"an object file", change(func(t *tables) { t.header.Type = uint16(elf.ET_REL) }), "ET_REL"},
		{"a memory dump", change(func(t *tables) { t.header.Type = uint16(elf.ET_CORE) }), "ET_CORE"},
		{"code for a graphics processor", change(func(t *tables) { t.header.Machine = uint16(elf.EM_CUDA) }), "EM_CUDA"},
		{"code of another system", change(func(t *tables) { t.header.Ident[elf.EI_OSABI] = byte(elf.ELFOSABI_FREEBSD) }), "ELFOSABI_FREEBSD"},
		{"firmware", change(func(t *tables) {
			for i := range t.segments {
				t.segments[i].Type = uint32(elf.PT_LOAD)
			}
		}), "not for a kernel or a loader of Linux"},
		{"no section table", change(func(t *tables) { t.header.Shnum = 0 }), "no tables"},
		{"section numbers that are elsewhere", change(func(t *tables) { t.header.Shstrndx = uint16(elf.SHN_XINDEX) }), "no tables"},
		{"segment numbers that are elsewhere", change(func(t *tables) { t.header.Phnum = 0xffff }), "no tables"},
		{"names that are none", change(func(t *tables) { t.header.Shstrndx--; t.sections[t.header.Shstrndx].Type = uint32(elf.SHT_PROGBITS) }), "no names of sections"},
		{"a section table of another kind", change(func(t *tables) { t.header.Shentsize = 65 }), "headers of another size"},
		{"section table cut off", cut(10), "cut off"},
		{"a segment cut off", change(func(t *tables) { t.segments[1].Filesz = 1 << 30 }), "a segment is cut off"},
		{"a segment beyond all numbers", change(func(t *tables) { t.segments[1].Off = 1<<64 - 10 }), "a segment is cut off"},
		{"a section cut off", change(func(t *tables) { t.sections[12].Size = 1 << 30 }), "a section is cut off"},
		{"a section without a name", change(func(t *tables) { t.sections[12].Name = 1 << 30 }), "without a name"},
		{"a reference to no section", change(func(t *tables) { t.sections[3].Link = 99 }), "refers to one that is not there"},
		{"only the debugging information of a library", change(func(t *tables) { t.sections[7].Type = uint32(elf.SHT_NOBITS) }), "its code is in another file"},
		{"nothing that is loaded", change(func(t *tables) {
			for i := range t.segments {
				t.segments[i].Filesz = 0
			}
		}), "nothing is loaded"},
		{"what is loaded lies where no segment is", change(func(t *tables) { t.sections[12].Flags |= uint64(elf.SHF_ALLOC) }), ".debug_info lies outside"},
		{"data behind the sections", func(b []byte) []byte { return append(b, "PK\x03\x04"...) }, "data that no section tells about"},
		{"data between sections", change(func(t *tables) { t.sections[12].Off += 100; t.sections[12].Size -= 100 }), "data that no section tells about"},
		{"what would be moved is aligned to too much", change(func(t *tables) {
			t.sections[12].Name, t.sections[12].Addralign = t.sections[7].Name, 1<<40
		}), "too large to be moved"},
		{"what would be moved takes more than it says", func([]byte) []byte {
			l := library(0)
			for range 1100 {
				l.Sections = append(l.Sections, elftest.Section{Name: ".own", Data: "x"})
			}
			return change(func(t *tables) {
				for i := range t.sections {
					t.sections[i].Addralign = maxAlignment
				}
			})(l.Bytes())
		}, "too large to be moved"},
		{"what is stripped already", func(b []byte) []byte { return contents(t, b) }, "nothing to drop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data := tt.file(library(0).Bytes())
			if _, err := planStrip(bytes.NewReader(data), int64(len(data))); !errors.Is(err, errUnusual) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if after := stripped(t, data); !bytes.Equal(after, data) {
				t.Error("it has changed")
			}
		})
	}
}

func TestStripNeverMakesAFileLonger(t *testing.T) {
	t.Parallel()
	for n := range 500 {
		file := elftest.Linked{Sections: []elftest.Section{
			{Name: ".text", Flags: elf.SHF_ALLOC, Data: "code"},
			{Name: ".comment", Data: strings.Repeat("c", n)},
			{Name: ".data", Flags: elf.SHF_ALLOC, Data: strings.Repeat("data", 1000)},
		}}
		// The section table lies in a segment, as patchelf leaves it.
		data := change(func(t *tables) { t.segments[2].Filesz = t.sectionTable().to - t.segments[2].Off })(file.Bytes())
		if after := stripped(t, data); len(after) > len(data) || n == 0 && !bytes.Equal(after, data) {
			t.Fatalf("comment of %d: %d bytes became %d", n, len(data), len(after))
		}
	}
}

func TestStripReusesThePlaceOfASectionTableBetweenSegments(t *testing.T) {
	t.Parallel()
	file := elftest.Linked{Sections: []elftest.Section{
		{Name: ".text", Flags: elf.SHF_ALLOC, Data: "code"},
		{Name: ".comment", Data: "GCC: 14"},
		{Name: ".data", Flags: elf.SHF_ALLOC, Data: "data", Align: 4096},
	}}
	var end uint64
	data := change(func(t *tables) {
		end = t.sections[4].Off + t.sections[4].Size
		t.header.Shoff = 1024
	})(file.Bytes())[:end]
	after := stripped(t, data)
	checkSame(t, data, after)
	if bytes.Equal(after, data) || bytes.Contains(after, []byte("GCC")) {
		t.Errorf("%d bytes became %d", len(data), len(after))
	}
}

func TestStripKeepsThePageOfAnEmptySegment(t *testing.T) {
	t.Parallel()
	var at uint64
	data := change(func(t *tables) {
		at = t.sections[12].Off + 1400
		t.segments[0].Type, t.segments[0].Off, t.segments[0].Filesz = uint32(elf.PT_LOAD), at, 0
	})(library(0).Bytes())
	after := stripped(t, data)
	checkSame(t, data, after)
	if uint64(len(after)) < at || len(after) == len(data) {
		t.Errorf("%d bytes became %d, want %d at least", len(data), len(after), at)
	}
}

func TestStripReportsWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "libq.so")
	data := library(0).Bytes()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if dropped, err := Strip(f); err == nil || dropped != 0 {
		t.Errorf("got %d, %v, want an error", dropped, err)
	}
	if after, err := os.ReadFile(name); err != nil || !bytes.Equal(after, data) {
		t.Errorf("the file has changed, or %v", err)
	}
}
