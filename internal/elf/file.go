package elf

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/keelback/keelback/internal/rootfs"
)

// ErrNotELF says that a file is not an ELF program or shared object.
var ErrNotELF = errors.New("not an ELF program or shared object")

// File is what a dynamic loader reads of a program or a shared object.
type File struct {
	// Machine and Class tell for which processor the file is.
	Machine elf.Machine
	Class   elf.Class

	// Interp is the dynamic loader of a program.
	Interp string

	// Soname is the name that others need a shared object by.
	Soname string

	// Needed are the shared objects that the file needs, in order.
	Needed []string

	// Rpath and Runpath are the directories to look in for them, as written.
	Rpath, Runpath string

	// VersionNeeds are the symbol versions that the file cannot do without.
	VersionNeeds []VersionNeed

	// Versions are the symbol versions that the file has for others. A file without
	// any meets each need.
	Versions []string

	// Modules are the names by which Python can import the file: those of its
	// functions PyInit_NAME.
	Modules []string
}

// IsProgram reports whether the file can be started.
func (f *File) IsProgram() bool { return f.Interp != "" }

// ReadEntry reads a file of a tree. The error is [ErrNotELF] for all that no
// loader would load.
func ReadEntry(e rootfs.Entry) (*File, error) {
	if !e.Mode.IsRegular() || e.Size < 52 {
		return nil, ErrNotELF
	}
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := Read(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Path, err)
	}
	return f, nil
}

// Read reads a program or a shared object. Like a loader it uses the program
// headers only.
func Read(r io.ReaderAt) (*File, error) {
	raw, err := elf.NewFile(withoutSections{r})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotELF, err)
	}
	if raw.Type != elf.ET_EXEC && raw.Type != elf.ET_DYN {
		return nil, ErrNotELF
	}
	f := &File{Machine: raw.Machine, Class: raw.Class}
	var dynamic *elf.Prog
	for _, p := range raw.Progs {
		switch p.Type {
		case elf.PT_INTERP:
			b, err := segment(p)
			if err != nil {
				return nil, err
			}
			f.Interp = text(b, 0)
		case elf.PT_DYNAMIC:
			dynamic = p // of several, loaders take the last
		}
	}
	if dynamic == nil {
		return f, nil
	}
	if err := f.readDynamic(raw, dynamic); err != nil {
		return nil, err
	}
	return f, nil
}

// withoutSections hides the section headers of an ELF file. No loader reads them,
// and tools that strip or pack files leave them broken.
type withoutSections struct{ io.ReaderAt }

// ReadAt reads as if the file's header named no section headers.
func (w withoutSections) ReadAt(b []byte, off int64) (int, error) {
	n, err := w.ReaderAt.ReadAt(b, off)
	class := []byte{0}
	if _, cerr := w.ReaderAt.ReadAt(class, elf.EI_CLASS); cerr != nil {
		return n, err
	}
	fields := [][2]int64{{0x28, 0x30}, {0x3c, 0x40}} // e_shoff; e_shnum and e_shstrndx
	if elf.Class(class[0]) == elf.ELFCLASS32 {
		fields = [][2]int64{{0x20, 0x24}, {0x30, 0x34}}
	}
	for _, f := range fields {
		for at := max(f[0], off); at < min(f[1], off+int64(n)); at++ {
			b[at-off] = 0
		}
	}
	return n, err
}

// maxSegment is more than any dynamic section or string table has.
const maxSegment = 64 << 20

func segment(p *elf.Prog) ([]byte, error) {
	if p.Filesz > maxSegment {
		return nil, fmt.Errorf("%w: segment of %d bytes", ErrNotELF, p.Filesz)
	}
	b := make([]byte, p.Filesz)
	if _, err := p.ReadAt(b, 0); err != nil {
		return nil, fmt.Errorf("%w: cut off", ErrNotELF)
	}
	return b, nil
}

// readDynamic reads the dynamic section. Its strings lie in a table that is named
// by the address which it is loaded at.
func (f *File) readDynamic(raw *elf.File, p *elf.Prog) error {
	b, err := segment(p)
	if err != nil {
		return err
	}
	tags := dynamicTags(raw, b)
	strs, err := stringTable(raw, tags)
	if err != nil {
		return err
	}
	for _, t := range tags {
		switch t.tag {
		case elf.DT_NEEDED:
			f.Needed = append(f.Needed, text(strs, t.val))
		case elf.DT_SONAME:
			f.Soname = text(strs, t.val)
		case elf.DT_RPATH:
			f.Rpath = text(strs, t.val)
		case elf.DT_RUNPATH:
			f.Runpath = text(strs, t.val)
		}
	}
	f.Modules = modules(strs)
	f.readVersions(raw, tags, strs)
	return nil
}

// modules are the modules that a file has the initial functions of. They are among
// the names of its symbols.
func modules(strs []byte) []string {
	var out []string
	for {
		_, after, ok := bytes.Cut(strs, []byte("\x00PyInit_"))
		if !ok {
			return out
		}
		name := text(after, 0)
		out = append(out, name)
		strs = after[len(name):]
	}
}

type dynamicTag struct {
	tag elf.DynTag
	val uint64
}

func dynamicTags(raw *elf.File, b []byte) []dynamicTag {
	var out []dynamicTag
	for {
		var t dynamicTag
		switch {
		case raw.Class == elf.ELFCLASS32 && len(b) >= 8:
			t = dynamicTag{elf.DynTag(raw.ByteOrder.Uint32(b)), uint64(raw.ByteOrder.Uint32(b[4:]))}
			b = b[8:]
		case raw.Class == elf.ELFCLASS64 && len(b) >= 16:
			t = dynamicTag{elf.DynTag(raw.ByteOrder.Uint64(b)), raw.ByteOrder.Uint64(b[8:])}
			b = b[16:]
		}
		if t.tag == elf.DT_NULL {
			return out
		}
		out = append(out, t)
	}
}

func stringTable(raw *elf.File, tags []dynamicTag) ([]byte, error) {
	var addr, size uint64
	for _, t := range tags {
		switch t.tag {
		case elf.DT_STRTAB:
			addr = t.val
		case elf.DT_STRSZ:
			size = t.val
		}
	}
	b, err := memory(raw, addr, min(size, maxSegment))
	if err != nil {
		return nil, fmt.Errorf("%w: no string table", ErrNotELF)
	}
	return b, nil
}

// memory reads what is loaded at an address. It may span several segments: tools
// which rewrite a file put new ones beside the old.
func memory(raw *elf.File, addr, size uint64) ([]byte, error) {
	b := make([]byte, 0, size)
	for uint64(len(b)) < size {
		at := addr + uint64(len(b))
		i := slices.IndexFunc(raw.Progs, func(p *elf.Prog) bool {
			return p.Type == elf.PT_LOAD && at >= p.Vaddr && at-p.Vaddr < p.Filesz
		})
		if i < 0 {
			return nil, io.ErrUnexpectedEOF
		}
		off := at - raw.Progs[i].Vaddr
		n := min(size-uint64(len(b)), raw.Progs[i].Filesz-off)
		part := make([]byte, n)
		if _, err := raw.Progs[i].ReadAt(part, int64(off)); err != nil {
			return nil, err
		}
		b = append(b, part...)
	}
	return b, nil
}

// text is the string at an offset of a table.
func text(table []byte, off uint64) string {
	if off >= uint64(len(table)) {
		return ""
	}
	b, _, _ := bytes.Cut(table[off:], []byte{0})
	return string(b)
}
