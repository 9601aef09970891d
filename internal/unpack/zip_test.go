package unpack_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
)

// entry is a member of a zip file that a test writes, with all that the file says
// about it: once right before the member, once in the directory.
type entry struct {
	local, central fields

	data   []byte // packed
	before []byte // what lies before the member
	after  []byte // what lies behind it
	absent bool   // not in the directory
}

// fields are what a header says.
type fields struct {
	name            string
	flags, method   uint16
	crc             uint32
	packed, size    uint32
	extra           []byte
	attrs           uint32
	offset, comment string // offset: "" for the true one, else 4 bytes
	disk            uint16
}

// newEntry makes a member as ordinary tools write it.
func newEntry(t testing.TB, name string, data []byte, mode uint32) *entry {
	t.Helper()
	e := &entry{data: deflate(t, data)}
	e.local = fields{
		name: name, method: 8, crc: crc32.ChecksumIEEE(data), attrs: mode << 16,
		packed: uint32(len(e.data)), size: uint32(len(data)),
	}
	for _, c := range []byte(name) {
		if c >= 0x80 {
			e.local.flags = 1 << 11
		}
	}
	if len(data) == 0 {
		e.data, e.local.method, e.local.packed = nil, 0, 0
	}
	e.central = e.local
	return e
}

// both changes what is said in both places.
func (e *entry) both(change func(*fields)) {
	change(&e.local)
	change(&e.central)
}

func deflate(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// archive is a zip file that a test writes.
type archive struct {
	entries []*entry

	// end changes the numbers of the end: members, size and offset of the directory.
	end func(count, size, offset *uint32)

	// end64 changes those of a ZIP64 end, which is written when it is not nil.
	end64 func(count, size, offset *uint64)

	before, behindDirectory, comment, behind []byte
}

// le appends numbers in the order of zip files.
func le(b []byte, numbers ...any) []byte {
	for _, n := range numbers {
		var err error
		if b, err = binary.Append(b, binary.LittleEndian, n); err != nil {
			panic(err)
		}
	}
	return b
}

func (a archive) bytes() []byte {
	var out, directory []byte
	var count uint32
	for _, e := range a.entries {
		out = append(out, e.before...)
		offset := uint32(len(out))
		out = le(append(out, "PK\x03\x04"...), uint16(20), e.local.flags, e.local.method, uint32(0x21<<16), e.local.crc, e.local.packed, e.local.size)
		out = le(out, uint16(len(e.local.name)), uint16(len(e.local.extra)))
		out = append(append(append(out, e.local.name...), e.local.extra...), e.data...)
		out = append(out, e.after...)
		if e.absent {
			continue
		}
		count++
		c := e.central
		directory = le(append(directory, "PK\x01\x02"...), uint16(3<<8|20), uint16(20), c.flags, c.method, uint32(0x21<<16), c.crc, c.packed, c.size)
		directory = le(directory, uint16(len(c.name)), uint16(len(c.extra)), uint16(len(c.comment)), c.disk, uint16(0), c.attrs)
		if c.offset != "" {
			directory = append(directory, c.offset...)
		} else {
			directory = le(directory, offset)
		}
		directory = append(append(append(directory, c.name...), c.extra...), c.comment...)
	}
	out = a.finish(append(out, directory...), count, uint32(len(directory)), uint32(len(out)))
	return slices.Concat(a.before, out, a.behind)
}

// finish appends the end.
func (a archive) finish(out []byte, count, size, offset uint32) []byte {
	out = append(out, a.behindDirectory...)
	if a.end64 != nil {
		count, size, offset := uint64(count), uint64(size), uint64(offset)
		a.end64(&count, &size, &offset)
		at := uint64(len(out))
		out = le(append(out, "PK\x06\x06"...), uint64(44), uint16(45), uint16(45), uint32(0), uint32(0), count, count, size, offset)
		out = le(append(out, "PK\x06\x07"...), uint32(0), at, uint32(1))
	}
	if a.end != nil {
		a.end(&count, &size, &offset)
	}
	out = le(append(out, "PK\x05\x06"...), uint16(0), uint16(0), uint16(count), uint16(count), size, offset, uint16(len(a.comment)))
	return append(out, a.comment...)
}
