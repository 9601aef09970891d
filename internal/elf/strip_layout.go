package elf

import (
	"debug/elf"
	"math/bits"
	"slices"
)

// Limits of sections that are moved, in bytes: of all together, and of what one is
// aligned to.
const (
	maxMoved     = 64 << 20
	maxAlignment = 64 << 10
)

// layout is what gets written to a place in a file, one piece after the other.
type layout struct {
	from uint64
	data []byte
}

func (l *layout) end() uint64 { return l.from + uint64(len(l.data)) }

// align fills up to a multiple of n.
func (l *layout) align(n uint64) {
	if n > 1 && l.end()%n != 0 {
		l.data = append(l.data, make([]byte, n-l.end()%n)...)
	}
}

// layOut makes the new tables for a place in the file: the kept sections that lie
// behind the last segment, the names of all kept ones, and the section table. The
// header leads there.
func (s *stripper) layOut(p *stripPlan, from uint64) (err error) {
	l := &layout{from: from}
	table, names := make([]elf.Section64, 1, len(s.kept)+2), []byte{0}
	for _, i := range s.kept {
		sec := s.sections[i]
		name, err := s.name(sec)
		if err != nil {
			return err
		}
		if err := s.renumber(&sec); err != nil {
			return err
		}
		if err := s.move(&sec, l); err != nil {
			return err
		}
		sec.Name = uint32(len(names))
		names = append(append(names, name...), 0)
		table = append(table, sec)
	}
	own := elf.Section64{Name: uint32(len(names)), Type: uint32(elf.SHT_STRTAB), Off: l.end(), Addralign: 1}
	names = append(names, ".shstrtab\x00"...)
	own.Size = uint64(len(names))
	table = append(table, own)
	l.data = append(l.data, names...)
	l.align(s.bits(8, 4))

	h := s.header
	h.Shoff, h.Shnum, h.Shstrndx = l.end(), uint16(len(table)), uint16(len(table)-1)
	b, err := encode(s.tables, table, section32)
	if err != nil {
		return err
	}
	p.data = append(l.data, b...)
	p.tables = span{from, from + uint64(len(p.data))}
	p.header, err = encode(s.tables, []elf.Header64{h}, header32)
	return err
}

// renumber gives what a section says of others the new numbers of these.
func (s *stripper) renumber(sec *elf.Section64) error {
	refs := []*uint32{&sec.Link}
	typ := elf.SectionType(sec.Type)
	if typ == elf.SHT_REL || typ == elf.SHT_RELA || elf.SectionFlag(sec.Flags)&elf.SHF_INFO_LINK != 0 {
		refs = append(refs, &sec.Info)
	}
	for _, ref := range refs {
		if *ref >= uint32(len(s.sections)) {
			return unusual("a section refers to one that is not there")
		}
		at, ok := slices.BinarySearch(s.kept, int(*ref))
		if *ref = 0; ok {
			*ref = uint32(at) + 1
		}
	}
	return nil
}

// move adds a section that lies behind the last segment to the layout.
func (s *stripper) move(sec *elf.Section64, l *layout) error {
	at := extent(*sec)
	if at.to <= s.end {
		return nil
	}
	if sec.Addralign > maxAlignment || bits.OnesCount64(sec.Addralign) > 1 || uint64(len(l.data))+sec.Addralign+sec.Size > maxMoved {
		return unusual("a section is too large to be moved")
	}
	b, err := part(s.file, int64(s.size), at)
	if err != nil {
		return err
	}
	l.align(sec.Addralign)
	sec.Off = l.end()
	l.data = append(l.data, b...)
	return nil
}
