package unpack

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Bits of the flags of a member.
const (
	flagEncrypted  = 1<<0 | 1<<6 | 1<<13
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11
	flagSpeed      = 1<<1 | 1<<2 // how hard the packer tried
)

// Extra fields of a member.
const (
	extraZip64       = 0x0001
	extraUnicodePath = 0x7075
)

// header is what an archive says about a member: in the directory, and again right
// before the member.
type header struct {
	name          string
	flags, method uint16
	crc           uint32
	packed, size  uint64
	offset        uint64 // of the member's own header; in the directory only
}

// parseCentral reads the first member of the directory, and gives the rest.
func parseCentral(b []byte) (header, []byte, error) {
	if len(b) < centralLen || string(b[:4]) != centralSignature {
		return header{}, nil, errors.New("its directory is damaged")
	}
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	h := header{
		flags: u16(b[8:]), method: u16(b[10:]), crc: u32(b[16:]),
		packed: uint64(u32(b[20:])), size: uint64(u32(b[24:])), offset: uint64(u32(b[42:])),
	}
	n, m, k, disk := int(u16(b[28:])), int(u16(b[30:])), int(u16(b[32:])), u16(b[34:])
	if len(b) < centralLen+n+m+k {
		return header{}, nil, errors.New("its directory is damaged")
	}
	b = b[centralLen:]
	h.name = string(b[:n])
	if disk != 0 {
		return header{}, nil, fmt.Errorf("%s: on another disk", show(h.name))
	}
	if err := h.readExtra(b[n:n+m], &h.size, &h.packed, &h.offset); err != nil {
		return header{}, nil, fmt.Errorf("%s: %w", show(h.name), err)
	}
	return h, b[n+m+k:], nil
}

// readExtra reads the extra fields of a header. numbers are those of the header
// that ZIP64 gives in full, in its order.
func (h *header) readExtra(extra []byte, numbers ...*uint64) error {
	seen := false
	for len(extra) > 0 {
		if len(extra) < 4 {
			return errors.New("an extra field is cut off")
		}
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if len(extra) < 4+n {
			return errors.New("an extra field is cut off")
		}
		field := extra[4 : 4+n]
		extra = extra[4+n:]
		switch {
		case id == extraUnicodePath:
			return errors.New("a second name, in an extra field")
		case id == extraZip64 && seen:
			return errors.New("two ZIP64 fields")
		case id == extraZip64:
			seen = true
			if err := readZip64(field, numbers); err != nil {
				return err
			}
		}
	}
	for _, n := range numbers {
		if *n == math.MaxUint32 && !seen {
			return errors.New("a ZIP64 size is missing")
		}
	}
	return nil
}

// readZip64 reads the field that has the numbers which do not fit into 32 bits. A
// field that has the others too must say the same of them.
func readZip64(field []byte, numbers []*uint64) error {
	lie := errors.New("a ZIP64 field that does not fit to the sizes")
	var need int
	for _, n := range numbers {
		if *n == math.MaxUint32 {
			need++
		}
	}
	all := len(field) == 16 || len(field) == 24
	if len(field) != 8*need && !(all && (need == 0 || len(field) == 8*len(numbers))) {
		return lie
	}
	exact := len(field) == 8*need
	for _, n := range numbers {
		if exact && *n != math.MaxUint32 || len(field) == 0 {
			continue
		}
		v := binary.LittleEndian.Uint64(field)
		field = field[8:]
		if *n != math.MaxUint32 && *n != v {
			return lie
		}
		*n = v
	}
	return nil
}

// agrees compares a header with what archive/zip reads, and checks the flags.
func (h *header) agrees(f *zip.File) error {
	if h.name != f.Name || h.flags != f.Flags || h.method != f.Method || h.crc != f.CRC32 ||
		h.packed != f.CompressedSize64 || h.size != f.UncompressedSize64 {
		return errors.New("the directory can be read in two ways")
	}
	switch {
	case h.flags&flagEncrypted != 0:
		return errors.New("encrypted (a wheel is not)")
	case h.flags&^(flagDescriptor|flagUTF8|flagSpeed) != 0:
		return fmt.Errorf("flags %#x are not known", h.flags)
	case h.flags&flagDescriptor != 0 && h.method == zip.Store && h.packed > 0:
		return errors.New("stored with its size behind it")
	}
	return nil
}

// locate finds the bytes of a member, which end before limit, and compares its own
// header with that of the directory.
func (m *member) locate(file io.ReaderAt, central header, limit int64) error {
	at := int64(central.offset)
	b := make([]byte, min(limit-at, int64(localLen+len(central.name)+64)))
	if _, err := file.ReadAt(b, at); err != nil {
		return err
	}
	if len(b) < localLen || string(b[:4]) != localSignature {
		return errors.New("no member lies where the directory says")
	}
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	n, k := int(u16(b[26:])), int(u16(b[28:]))
	m.offset = at + int64(localLen+n+k)
	if m.offset > limit || m.packed > limit-m.offset {
		return errors.New("it overlaps with what follows")
	}
	if localLen+n+k > len(b) {
		b = make([]byte, localLen+n+k)
		if _, err := file.ReadAt(b, at); err != nil {
			return err
		}
	}
	local := header{
		name:  string(b[localLen : localLen+n]),
		flags: u16(b[6:]), method: u16(b[8:]), crc: u32(b[14:]), packed: uint64(u32(b[18:])), size: uint64(u32(b[22:])),
	}
	if err := local.readExtra(b[localLen+n:localLen+n+k], &local.size, &local.packed); err != nil {
		return err
	}
	if err := local.sameAs(central); err != nil {
		return err
	}
	return m.checkDescriptor(file, central.flags, limit)
}

// sameAs compares a member's own header with that of the directory. Where sizes
// follow the member, they may be left out before it.
func (h *header) sameAs(central header) error {
	later := h.flags&flagDescriptor != 0
	same := func(a, b uint64) bool { return a == b || later && a == 0 }
	switch {
	case h.name != central.name:
		return fmt.Errorf("the directory says so, the member itself says %s", show(h.name))
	case h.flags != central.flags || h.method != central.method:
		return errors.New("the directory and the member say different things about how it is packed")
	case !same(uint64(h.crc), uint64(central.crc)) || !same(h.packed, central.packed) || !same(h.size, central.size):
		return errors.New("the directory and the member say different sizes")
	}
	return nil
}

// checkDescriptor checks what lies behind the bytes of a member: nothing, or its
// sizes once more.
func (m *member) checkDescriptor(file io.ReaderAt, flags uint16, limit int64) error {
	end := m.offset + m.packed
	if flags&flagDescriptor == 0 || limit == end {
		if limit != end || flags&flagDescriptor != 0 {
			return fmt.Errorf("%d bytes that belong to no member lie behind it", limit-end)
		}
		return nil
	}
	b := make([]byte, min(limit-end, 24))
	if _, err := file.ReadAt(b, end); err != nil {
		return err
	}
	var want []byte
	if len(b)%8 == 0 {
		want = append(want, descriptorSignature...)
	}
	want = binary.LittleEndian.AppendUint32(want, m.crc)
	if len(b) < 20 {
		want = binary.LittleEndian.AppendUint32(want, uint32(m.packed))
		want = binary.LittleEndian.AppendUint32(want, uint32(m.size))
	} else {
		want = binary.LittleEndian.AppendUint64(want, uint64(m.packed))
		want = binary.LittleEndian.AppendUint64(want, uint64(m.size))
	}
	if int64(len(want)) != limit-end || string(want) != string(b) {
		return errors.New("the sizes behind the member are not those of the directory")
	}
	return nil
}
