package elftest

import (
	"debug/elf"
	"slices"
)

// Linked is an ELF file with sections, as linkers write it and tools that rewrite
// files leave it.
type Linked struct {
	Machine elf.Machine // default: x86-64

	// Sections in the order of the file. Those with the flag SHF_ALLOC that follow each
	// other are one segment.
	Sections []Section

	// Behind is what somebody has put behind the section table.
	Behind string
}

// Section of a file.
type Section struct {
	Name  string
	Type  elf.SectionType // default: SHT_PROGBITS
	Flags elf.SectionFlag
	Data  string
	Size  uint64 // of a section of type SHT_NOBITS
	Align uint64
	Info  uint32

	// Link is the name of another section. With the flag SHF_INFO_LINK, InfoLink is
	// one, too.
	Link, InfoLink string
}

// Bytes are the file's contents: header, program headers, sections, section table.
func (l Linked) Bytes() []byte {
	e := newEncoder(l.Machine)
	header, program, _ := e.sizes()
	sections := append([]Section{{Type: elf.SHT_NULL}}, l.Sections...)
	names := "\x00"
	var nameAt []uint64
	for _, s := range append(sections[1:], Section{Name: ".shstrtab"}) {
		nameAt = append(nameAt, uint64(len(names)))
		names += s.Name + "\x00"
	}
	sections = append(sections, Section{Name: ".shstrtab", Type: elf.SHT_STRTAB, Data: names})
	nameAt = append([]uint64{0}, nameAt...)

	phnum := uint64(2)
	for i, s := range sections {
		if i > 0 && s.Flags&elf.SHF_ALLOC != 0 && sections[i-1].Flags&elf.SHF_ALLOC == 0 {
			phnum++
		}
		if s.Type == elf.SHT_DYNAMIC {
			phnum++
		}
	}
	at := header + phnum*program
	offs := make([]uint64, len(sections))
	for i, s := range sections[1:] {
		at = up(at, s.Align)
		offs[i+1] = at
		at += uint64(len(s.Data))
	}
	table := up(at, 8)

	e.header(phnum, table, uint64(len(sections)))
	e.program(elf.PT_LOAD, 0, header+phnum*program)
	e.programs(sections, offs)
	e.program(elf.PT_GNU_STACK, 0, 0)
	for i, s := range sections {
		e.fill(offs[i])
		e.WriteString(s.Data)
	}
	e.fill(table)
	for i, s := range sections {
		e.sectionHeader(s, nameAt[i], offs[i], sections)
	}
	e.WriteString(l.Behind)
	return e.Buffer.Bytes()
}

// programs writes the program headers for sections that are loaded.
func (e *encoder) programs(sections []Section, offs []uint64) {
	for i, s := range sections {
		end := i
		for end < len(sections) && sections[end].Flags&elf.SHF_ALLOC != 0 {
			end++
		}
		if end > i && sections[i-1].Flags&elf.SHF_ALLOC == 0 {
			last := end - 1
			e.program(elf.PT_LOAD, offs[i], offs[last]+uint64(len(sections[last].Data))-offs[i])
		}
		if s.Type == elf.SHT_DYNAMIC {
			e.program(elf.PT_DYNAMIC, offs[i], uint64(len(s.Data)))
		}
	}
}

func (e *encoder) sectionHeader(s Section, name, off uint64, all []Section) {
	index := func(name string) uint64 {
		return uint64(max(0, slices.IndexFunc(all, func(s Section) bool { return name != "" && s.Name == name })))
	}
	addr, info, size := uint64(0), uint64(s.Info), max(s.Size, uint64(len(s.Data)))
	if s.Flags&elf.SHF_ALLOC != 0 {
		addr = base + off
	}
	if s.InfoLink != "" {
		info = index(s.InfoLink)
	}
	typ := s.Type
	if typ == elf.SHT_NULL && s.Name != "" {
		typ = elf.SHT_PROGBITS
	}
	e.put(4, name, 4, uint64(typ), 0, uint64(s.Flags), 0, addr, 0, off, 0, size)
	e.put(4, index(s.Link), 4, info, 0, s.Align, 0, 0)
}

// section is the size of a section's header.
func (e *encoder) section() uint64 {
	if e.class == elf.ELFCLASS32 {
		return 40
	}
	return 64
}

// fill writes zero bytes up to an offset.
func (e *encoder) fill(off uint64) {
	e.Write(make([]byte, max(off, uint64(e.Len()))-uint64(e.Len())))
}

// up is the next multiple of n.
func up(at, n uint64) uint64 {
	n = max(1, n)
	return (at + n - 1) / n * n
}
