package elf

import (
	"bytes"
	"debug/elf"
	"io"
	"slices"
	"strings"
)

// stripPlan is how a file gets changed.
type stripPlan struct {
	header  []byte // the new ELF header
	tables  span   // where the new tables come to
	data    []byte // the new tables
	zero    []span
	size    uint64 // of the file in the end
	dropped int64  // bytes that are cut off or zeroed
}

// planStrip finds out what can be dropped from a file. It only reads.
func planStrip(r io.ReaderAt, size int64) (*stripPlan, error) {
	t, err := readTables(r, size)
	if err != nil {
		return nil, err
	}
	s := &stripper{tables: t, file: r, size: uint64(size)}
	for _, step := range []func() error{s.load, s.choose, s.check} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s.plan()
}

// stripper makes a plan for one file.
type stripper struct {
	*tables
	file io.ReaderAt
	size uint64

	loaded []span // merged: what a loader may read
	end    uint64 // of that
	kept   []int  // numbers of sections
	fixed  []span // merged: what is loaded, and kept sections that lie between
}

// load finds what a loader may read: all segments and the tables that lead there.
func (s *stripper) load() error {
	linux, filled := false, false
	s.loaded = []span{{0, uint64(s.header.Ehsize)}, s.segmentTable()}
	for _, p := range s.segments {
		s.loaded = append(s.loaded, span{p.Off, p.Off + p.Filesz})
		// Of a segment without bytes, loaders map the page that it begins in.
		s.end = max(s.end, p.Off+p.Filesz)
		switch elf.ProgType(p.Type) {
		case elf.PT_DYNAMIC, elf.PT_GNU_STACK:
			linux = true
		case elf.PT_LOAD:
			filled = filled || p.Filesz > 0
		}
	}
	if !linux {
		return unusual("not for a kernel or a loader of Linux")
	}
	if !filled {
		return unusual("nothing is loaded")
	}
	s.loaded = merge(s.loaded)
	s.end = max(s.end, s.loaded[len(s.loaded)-1].to)
	return nil
}

// choose decides which sections are kept.
func (s *stripper) choose() error {
	s.fixed = s.loaded
	for i, sec := range s.sections[1:] {
		name, err := s.name(sec)
		if err != nil {
			return err
		}
		alloc := elf.SectionFlag(sec.Flags)&elf.SHF_ALLOC != 0
		if !alloc && (i+1 == int(s.header.Shstrndx) || needless(sec, name)) {
			continue
		}
		s.kept = append(s.kept, i+1)
		switch at := extent(sec); {
		case at.to <= s.end:
			s.fixed = append(s.fixed, at)
		case alloc || at.from < s.end:
			return unusual("%s lies outside of the segments", name)
		}
	}
	if len(s.kept) == len(s.sections)-2 {
		return unusual("nothing to drop")
	}
	s.fixed = merge(s.fixed)
	return nil
}

// needless reports whether nobody needs a section that is not loaded. What may have a
// use of its own stays: the list of a Rust program's dependencies (.dep-v0), the data
// of a program that carries it, probes for tracing, attributes of the processor.
func needless(sec elf.Section64, name string) bool {
	switch elf.SectionType(sec.Type) {
	case elf.SHT_NULL, elf.SHT_NOBITS, elf.SHT_SYMTAB, elf.SHT_SYMTAB_SHNDX, elf.SHT_STRTAB, elf.SHT_REL, elf.SHT_RELA, elf.SHT_GROUP:
		return true
	}
	for _, prefix := range []string{".debug_", ".zdebug_", ".gdb_index", ".stab", ".gnu_debug", ".gnu.build.attributes", ".gnu.warning."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case ".comment", ".GCC.command.line", ".annobin.notes", ".llvmbc", ".llvmcmd", ".note.gnu.gold-version":
		return true
	}
	return false
}

// maxName is more than the name of a section has, in bytes.
const maxName = 1 << 10

func (s *stripper) name(sec elf.Section64) (string, error) {
	if uint64(sec.Name) >= uint64(len(s.names)) {
		return "", unusual("a section without a name")
	}
	b := s.names[sec.Name:]
	b, _, ok := bytes.Cut(b[:min(len(b), maxName)], []byte{0})
	if !ok {
		return "", unusual("a name of a section is cut off")
	}
	return string(b), nil
}

// check refuses files whose code is elsewhere, and those with data that no section
// tells about: whoever put it there finds it by its place.
func (s *stripper) check() error {
	covered := []span{{0, s.end}, s.sectionTable()}
	for _, sec := range s.sections {
		if elf.SectionType(sec.Type) == elf.SHT_NOBITS && elf.SectionFlag(sec.Flags)&elf.SHF_EXECINSTR != 0 {
			return unusual("its code is in another file")
		}
		covered = append(covered, extent(sec))
	}
	for _, gap := range without([]span{{0, s.size}}, merge(covered)) {
		zero, err := allZero(io.NewSectionReader(s.file, int64(gap.from), int64(gap.to-gap.from)))
		if err != nil {
			return err
		}
		if !zero {
			return unusual("data that no section tells about")
		}
	}
	return nil
}

func allZero(r io.Reader) (bool, error) {
	b := make([]byte, 32<<10)
	for {
		n, err := r.Read(b)
		if slices.ContainsFunc(b[:n], func(c byte) bool { return c != 0 }) {
			return false, nil
		}
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// plan puts the new tables where they cost nothing, between segments, else behind
// the last one.
func (s *stripper) plan() (*stripPlan, error) {
	old := []span{s.sectionTable()}
	for _, sec := range s.sections {
		old = append(old, extent(sec))
	}
	between := without(merge(old), []span{{s.end, s.size}})
	p := &stripPlan{zero: without(between, s.fixed), size: s.end}
	var widest span
	for _, free := range p.zero {
		if free.to-free.from > widest.to-widest.from {
			widest = free
		}
	}
	if err := s.layOut(p, widest.from); err != nil {
		return nil, err
	}
	if p.tables.to > widest.to {
		if err := s.layOut(p, s.end); err != nil {
			return nil, err
		}
		p.size = p.tables.to
	}
	if p.size > s.size {
		return nil, unusual("it would get longer")
	}
	p.zero = without(p.zero, []span{p.tables})
	p.dropped = int64(s.size - p.size)
	for _, free := range p.zero {
		p.dropped += int64(free.to - free.from)
	}
	if p.dropped == 0 {
		return nil, unusual("there is nothing to gain")
	}
	return p, nil
}
