package elf

import (
	"debug/elf"
	"encoding/binary"
)

// Files of 32 bits have tables of other types, with the same fields in another order.
// In memory all are of 64 bits.

func decode[T64, T32 any](b []byte, t *tables, n int, widen func(T32) T64) ([]T64, error) {
	out := make([]T64, n)
	if t.class == elf.ELFCLASS64 {
		_, err := binary.Decode(b, t.order, out)
		return out, err
	}
	narrow := make([]T32, n)
	_, err := binary.Decode(b, t.order, narrow)
	for i, s := range narrow {
		out[i] = widen(s)
	}
	return out, err
}

func encode[T64, T32 any](t *tables, list []T64, narrow func(T64) T32) ([]byte, error) {
	if t.class == elf.ELFCLASS64 {
		return binary.Append(nil, t.order, list)
	}
	out := make([]T32, len(list))
	for i, s := range list {
		out[i] = narrow(s)
	}
	return binary.Append(nil, t.order, out)
}

func header64(h elf.Header32) elf.Header64 {
	return elf.Header64{
		Ident: h.Ident, Type: h.Type, Machine: h.Machine, Version: h.Version, Entry: uint64(h.Entry),
		Phoff: uint64(h.Phoff), Shoff: uint64(h.Shoff), Flags: h.Flags, Ehsize: h.Ehsize,
		Phentsize: h.Phentsize, Phnum: h.Phnum, Shentsize: h.Shentsize, Shnum: h.Shnum, Shstrndx: h.Shstrndx,
	}
}

func header32(h elf.Header64) elf.Header32 {
	return elf.Header32{
		Ident: h.Ident, Type: h.Type, Machine: h.Machine, Version: h.Version, Entry: uint32(h.Entry),
		Phoff: uint32(h.Phoff), Shoff: uint32(h.Shoff), Flags: h.Flags, Ehsize: h.Ehsize,
		Phentsize: h.Phentsize, Phnum: h.Phnum, Shentsize: h.Shentsize, Shnum: h.Shnum, Shstrndx: h.Shstrndx,
	}
}

func segment64(p elf.Prog32) elf.Prog64 {
	return elf.Prog64{
		Type: p.Type, Flags: p.Flags, Off: uint64(p.Off), Vaddr: uint64(p.Vaddr), Paddr: uint64(p.Paddr),
		Filesz: uint64(p.Filesz), Memsz: uint64(p.Memsz), Align: uint64(p.Align),
	}
}

func section64(s elf.Section32) elf.Section64 {
	return elf.Section64{
		Name: s.Name, Type: s.Type, Flags: uint64(s.Flags), Addr: uint64(s.Addr), Off: uint64(s.Off),
		Size: uint64(s.Size), Link: s.Link, Info: s.Info, Addralign: uint64(s.Addralign), Entsize: uint64(s.Entsize),
	}
}

func section32(s elf.Section64) elf.Section32 {
	return elf.Section32{
		Name: s.Name, Type: s.Type, Flags: uint32(s.Flags), Addr: uint32(s.Addr), Off: uint32(s.Off),
		Size: uint32(s.Size), Link: s.Link, Info: s.Info, Addralign: uint32(s.Addralign), Entsize: uint32(s.Entsize),
	}
}
