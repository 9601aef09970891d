package elf

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/elf/elftest"
)

// entwined is a file whose table of needed versions is a chain of n entries, each of
// which is also a version of all that come before it.
func entwined(n int) []byte {
	var table []byte
	for range n {
		table = binary.LittleEndian.AppendUint16(table, 1)
		table = append(table, make([]byte, 10)...)
		table = binary.LittleEndian.AppendUint32(table, 16) // where the next one is
	}
	data := elftest.File{Symbols: []string{string(table)}, VersionNeeds: []string{"libc.so.6 GLIBC_2.34"}}.Bytes()
	const base = 0x10000
	tag := bytes.Index(data, binary.LittleEndian.AppendUint64(nil, uint64(elf.DT_VERNEED)))
	binary.LittleEndian.PutUint64(data[tag+8:], uint64(base+bytes.Index(data, table)))
	return data
}

func TestTooManyVersionsAreNone(t *testing.T) {
	t.Parallel()
	long := elftest.File{Versions: []string{"Q_1", strings.Repeat("q", maxVersions), "Q_2"}, VersionNeeds: []string{"libc.so.6 GLIBC_2.34"}}
	for name, data := range map[string][]byte{"each with all before": entwined(3000), "long names": long.Bytes()} {
		f, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if len(f.VersionNeeds)+len(f.Versions) > 0 {
			t.Errorf("%s: got %d that it needs and %d that it has", name, len(f.VersionNeeds), len(f.Versions))
		}
	}
	if f, err := Read(bytes.NewReader(entwined(100))); err != nil || len(f.VersionNeeds) != 5050 {
		t.Errorf("few: got %d, %v", len(f.VersionNeeds), err)
	}
}

// A file may say many times where its dynamic section is. All of them are not read.
func TestOneDynamicSectionIsRead(t *testing.T) {
	t.Parallel()
	data := elftest.File{Needed: []string{"libz.so.1"}}.Bytes()
	const header, program = 64, 56
	copy(data[header+3*program:], data[header+2*program:header+3*program])
	f, err := Read(bytes.NewReader(data))
	if err != nil || len(f.Needed) != 1 {
		t.Errorf("got %+v, %v", f, err)
	}
}
