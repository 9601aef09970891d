// Package elftest makes ELF files for tests: just large enough for a loader to read
// what they need.
package elftest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
)

// base is the address that files are loaded at.
const base = 0x10000

// File is what an ELF file says about itself.
type File struct {
	Machine elf.Machine // default: x86-64
	Interp  string
	Soname  string
	Needed  []string
	Rpath   string
	Runpath string

	// Symbols are the names of its symbols: names only, without a table.
	Symbols []string

	// Versions are the symbol versions that it has, and VersionNeeds those that it
	// needs: `LIBRARY VERSION`, with `weak` behind where it can do without.
	Versions     []string
	VersionNeeds []string

	// SplitStrings puts the string table across two segments, as patchelf does.
	SplitStrings bool
}

// Parse reads a file from text: a line for each field, such as `needed libz.so.1`.
func Parse(text string) (File, error) {
	var f File
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "":
		case "machine":
			if f.Machine = machines()[value]; f.Machine == 0 {
				return f, fmt.Errorf("machine %q: unknown", value)
			}
		case "interp":
			f.Interp = value
		case "soname":
			f.Soname = value
		case "needed":
			f.Needed = append(f.Needed, strings.Fields(value)...)
		case "rpath":
			f.Rpath = value
		case "runpath":
			f.Runpath = value
		case "symbol":
			f.Symbols = append(f.Symbols, value)
		case "version":
			f.Versions = append(f.Versions, strings.Fields(value)...)
		case "needs-version":
			f.VersionNeeds = append(f.VersionNeeds, value)
		default:
			return f, fmt.Errorf("%q: unknown", key)
		}
	}
	return f, nil
}

func machines() map[string]elf.Machine {
	return map[string]elf.Machine{
		"x86_64": elf.EM_X86_64, "i386": elf.EM_386, "aarch64": elf.EM_AARCH64, "arm": elf.EM_ARM,
		"ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "riscv64": elf.EM_RISCV,
	}
}

// Bytes are the file's contents.
func (f File) Bytes() []byte {
	return newEncoder(f.Machine).file(f)
}

type encoder struct {
	bytes.Buffer
	machine elf.Machine
	order   order
	class   elf.Class
}

func newEncoder(machine elf.Machine) *encoder {
	e := &encoder{machine: machine, order: binary.LittleEndian, class: elf.ELFCLASS64}
	switch machine {
	case 0:
		e.machine = elf.EM_X86_64
	case elf.EM_386, elf.EM_ARM:
		e.class = elf.ELFCLASS32
	case elf.EM_S390:
		e.order = binary.BigEndian
	}
	return e
}

// sizes are those of the file's header, of a program header and of an entry of the
// dynamic section.
func (e *encoder) sizes() (header, program, entry uint64) {
	if e.class == elf.ELFCLASS32 {
		return 52, 32, 8
	}
	return 64, 56, 16
}

type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// put writes numbers of the given sizes; 0 is the size of an address.
func (e *encoder) put(pairs ...uint64) {
	for i := 0; i < len(pairs); i += 2 {
		size, v := pairs[i], pairs[i+1]
		if size == 0 {
			size = 8
			if e.class == elf.ELFCLASS32 {
				size = 4
			}
		}
		b := make([]byte, 8)
		switch size {
		case 2:
			e.order.PutUint16(b, uint16(v))
		case 4:
			e.order.PutUint32(b, uint32(v))
		case 8:
			e.order.PutUint64(b, v)
		}
		e.Write(b[:size])
	}
}

// file lays the parts out: header, program headers, loader, dynamic section,
// strings.
func (e *encoder) file(f File) []byte {
	header, program, entry := e.sizes()
	strs := "\x00"
	var dynamic []uint64
	add := func(tag elf.DynTag, text string) {
		if text != "" {
			dynamic = append(dynamic, 0, uint64(tag), 0, uint64(len(strs)))
			strs += text + "\x00"
		}
	}
	for _, n := range f.Needed {
		add(elf.DT_NEEDED, n)
	}
	add(elf.DT_SONAME, f.Soname)
	add(elf.DT_RPATH, f.Rpath)
	add(elf.DT_RUNPATH, f.Runpath)
	for _, name := range f.Symbols {
		strs += name + "\x00"
	}
	tables := versionTables{order: e.order, strs: &strs}
	needs, defs := tables.needs(f.VersionNeeds), tables.defs(f.Versions)

	phnum := uint64(4)
	interp := header + phnum*program
	dyn := interp + uint64(len(f.Interp)) + 1
	entries := uint64(len(dynamic)/4) + 3
	if len(needs)+len(defs) > 0 {
		entries += 2
	}
	dynSize := entries * entry
	verneed := dyn + dynSize
	verdef := verneed + uint64(len(needs))
	table := verdef + uint64(len(defs))
	end := table + uint64(len(strs))
	if len(needs) > 0 {
		dynamic = append(dynamic, 0, uint64(elf.DT_VERNEED), 0, base+verneed)
	}
	if len(defs) > 0 {
		dynamic = append(dynamic, 0, uint64(elf.DT_VERDEF), 0, base+verdef)
	}
	dynamic = append(dynamic, 0, uint64(elf.DT_STRTAB), 0, base+table, 0, uint64(elf.DT_STRSZ), 0, uint64(len(strs)), 0, 0, 0, 0)

	e.header(phnum, 1<<20, 7) // the sections are not there
	split := end
	if f.SplitStrings {
		split = table + 1
	}
	e.program(elf.PT_LOAD, 0, split)
	e.program(elf.PT_LOAD, split, end-split)
	e.program(elf.PT_DYNAMIC, dyn, dynSize)
	if f.Interp == "" {
		e.program(elf.PT_NULL, 0, 0)
	} else {
		e.program(elf.PT_INTERP, interp, uint64(len(f.Interp))+1)
	}
	e.WriteString(f.Interp + "\x00")
	e.put(dynamic...)
	e.Write(make([]byte, int(verneed)-e.Len()))
	e.Write(needs)
	e.Write(defs)
	e.WriteString(strs)
	return e.Buffer.Bytes()
}

// header writes the file's header. The last section has the names of all.
func (e *encoder) header(phnum, shoff, shnum uint64) {
	data := elf.ELFDATA2LSB
	if e.order == binary.ByteOrder(binary.BigEndian) {
		data = elf.ELFDATA2MSB
	}
	header, program, _ := e.sizes()
	e.Write([]byte{0x7f, 'E', 'L', 'F', byte(e.class), byte(data), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	e.put(2, uint64(elf.ET_DYN), 2, uint64(e.machine), 4, 1, 0, 0, 0, header, 0, shoff, 4, 0)
	e.put(2, header, 2, program, 2, phnum, 2, e.section(), 2, shnum, 2, shnum-1)
}

func (e *encoder) program(kind elf.ProgType, off, size uint64) {
	if e.class == elf.ELFCLASS32 {
		e.put(4, uint64(kind), 4, off, 4, base+off, 4, 0, 4, size, 4, size, 4, 4, 4, 1)
		return
	}
	e.put(4, uint64(kind), 4, 4, 8, off, 8, base+off, 8, 0, 8, size, 8, size, 8, 1)
}
