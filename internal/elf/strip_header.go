package elf

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"math"
)

// tables are the header of an ELF file and the two tables that it names, with the
// numbers of either class in 64 bits.
type tables struct {
	order    binary.ByteOrder
	class    elf.Class
	header   elf.Header64
	segments []elf.Prog64
	sections []elf.Section64
	names    []byte // of the sections
}

// readTables reads what describes a file. All that it names lies within the file
// after that, but for sections without bytes.
func readTables(r io.ReaderAt, size int64) (*tables, error) {
	t, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	h := &t.header
	if h.Phnum == 0 || h.Shnum == 0 || h.Phnum == 0xffff || h.Shnum >= uint16(elf.SHN_LORESERVE) || h.Shstrndx == 0 || h.Shstrndx >= h.Shnum {
		return nil, unusual("no tables, or ones with numbers that are elsewhere")
	}
	b, err := part(r, size, t.segmentTable())
	if err != nil {
		return nil, err
	}
	if t.segments, err = decode(b, t, int(h.Phnum), segment64); err != nil {
		return nil, err
	}
	if b, err = part(r, size, t.sectionTable()); err != nil {
		return nil, err
	}
	if t.sections, err = decode(b, t, int(h.Shnum), section64); err != nil {
		return nil, err
	}
	if err := t.within(size); err != nil {
		return nil, err
	}
	s := t.sections[h.Shstrndx]
	if elf.SectionType(s.Type) != elf.SHT_STRTAB || s.Size > maxSegment {
		return nil, unusual("no names of sections")
	}
	t.names, err = part(r, size, span{s.Off, s.Off + s.Size})
	return t, err
}

// readHeader reads the header of a program or a shared object.
func readHeader(r io.ReaderAt, size int64) (*tables, error) {
	b, err := part(r, size, span{0, 52})
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, []byte(elf.ELFMAG)) {
		return nil, unusual("not an ELF file")
	}
	t := &tables{class: elf.Class(b[elf.EI_CLASS]), order: binary.LittleEndian}
	switch elf.Data(b[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
	case elf.ELFDATA2MSB:
		t.order = binary.BigEndian
	default:
		return nil, unusual("byte order %d", b[elf.EI_DATA])
	}
	if t.class != elf.ELFCLASS32 && t.class != elf.ELFCLASS64 {
		return nil, unusual("class %d", t.class)
	}
	if b, err = part(r, size, span{0, t.bits(64, 52)}); err != nil {
		return nil, err
	}
	headers, err := decode(b, t, 1, header64)
	if err != nil {
		return nil, err
	}
	t.header = headers[0]
	return t, t.forLinux()
}

// forLinux refuses what no loader of Linux loads. Code for graphics processors and
// microcontrollers comes in ELF files too, and who loads that may read any section.
func (t *tables) forLinux() error {
	h := &t.header
	if typ := elf.Type(h.Type); typ != elf.ET_EXEC && typ != elf.ET_DYN {
		return unusual("%v", typ)
	}
	switch elf.Machine(h.Machine) {
	case elf.EM_X86_64, elf.EM_386, elf.EM_AARCH64, elf.EM_ARM, elf.EM_PPC64, elf.EM_S390, elf.EM_RISCV, elf.EM_LOONGARCH:
	default:
		return unusual("%v", elf.Machine(h.Machine))
	}
	if abi := elf.OSABI(h.Ident[elf.EI_OSABI]); abi != elf.ELFOSABI_NONE && abi != elf.ELFOSABI_LINUX {
		return unusual("%v", abi)
	}
	if uint64(h.Ehsize) != t.bits(64, 52) || uint64(h.Phentsize) != t.bits(56, 32) || uint64(h.Shentsize) != t.bits(64, 40) {
		return unusual("headers of another size")
	}
	return nil
}

// bits is one number for files of 64 bits and another one for those of 32.
func (t *tables) bits(is64, is32 uint64) uint64 {
	if t.class == elf.ELFCLASS32 {
		return is32
	}
	return is64
}

func (t *tables) segmentTable() span {
	h := &t.header
	return span{h.Phoff, h.Phoff + uint64(h.Phnum)*uint64(h.Phentsize)}
}

func (t *tables) sectionTable() span {
	h := &t.header
	return span{h.Shoff, h.Shoff + uint64(h.Shnum)*uint64(h.Shentsize)}
}

// within refuses files that lack bytes of theirs, such as the debugging information
// of a library in a file of its own.
func (t *tables) within(size int64) error {
	if t.class == elf.ELFCLASS32 && size > math.MaxUint32 {
		return unusual("its end has no number")
	}
	for _, p := range t.segments {
		if p.Off+p.Filesz < p.Off || p.Off+p.Filesz > uint64(size) {
			return unusual("a segment is cut off")
		}
	}
	for _, s := range t.sections {
		if at := extent(s); at.to < at.from || at.to > uint64(size) {
			return unusual("a section is cut off")
		}
	}
	return nil
}

// extent is where a section lies in the file. That of one without bytes is empty.
func extent(s elf.Section64) span {
	if typ := elf.SectionType(s.Type); typ == elf.SHT_NOBITS || typ == elf.SHT_NULL || s.Size == 0 {
		return span{}
	}
	return span{s.Off, s.Off + s.Size}
}

// part reads a part of a file.
func part(r io.ReaderAt, size int64, s span) ([]byte, error) {
	if s.to < s.from || s.to > uint64(size) {
		return nil, unusual("cut off")
	}
	b := make([]byte, s.to-s.from)
	if len(b) == 0 {
		return b, nil
	}
	if _, err := r.ReadAt(b, int64(s.from)); err != nil {
		return nil, err
	}
	return b, nil
}
