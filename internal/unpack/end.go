package unpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Signatures of the parts of a zip file.
const (
	localSignature      = "PK\x03\x04"
	centralSignature    = "PK\x01\x02"
	descriptorSignature = "PK\x07\x08"
	endSignature        = "PK\x05\x06"
	end64Signature      = "PK\x06\x06"
	locator64Signature  = "PK\x06\x07"
)

// Lengths of the fixed parts.
const (
	localLen     = 30
	centralLen   = 46
	endLen       = 22
	end64Len     = 56
	locator64Len = 20
)

// end says where the central directory of an archive lies.
type end struct {
	count        int
	offset, size int64
}

// findEnd reads the end of a zip file.
func findEnd(file io.ReaderAt, size int64) (end, error) {
	tail := make([]byte, min(size, locator64Len+end64Len+endLen+math.MaxUint16))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return end{}, err
	}
	i := bytes.LastIndex(tail, []byte(endSignature))
	if i < 0 || i+endLen > len(tail) {
		return end{}, errors.New("not a zip file, or not the whole of one")
	}
	b := tail[i:]
	u16 := binary.LittleEndian.Uint16
	if extra := len(b) - endLen - int(u16(b[20:])); extra != 0 {
		return end{}, fmt.Errorf("%d bytes lie behind the end of the archive", extra)
	}
	if u16(b[4:]) != 0 || u16(b[6:]) != 0 || u16(b[8:]) != u16(b[10:]) {
		return end{}, errors.New("a part of an archive")
	}
	count, length, offset := uint64(u16(b[10:])), uint64(binary.LittleEndian.Uint32(b[12:])), uint64(binary.LittleEndian.Uint32(b[16:]))
	at := size - int64(len(b))
	if err := readEnd64(tail[:i], &at, &count, &length, &offset); err != nil {
		return end{}, err
	}
	switch {
	case count > maxMembers:
		return end{}, fmt.Errorf("%d members (%d work)", count, maxMembers)
	case length > maxDirectory:
		return end{}, fmt.Errorf("a directory of %d bytes (%d work)", length, maxDirectory)
	case offset > uint64(at) || length != uint64(at)-offset:
		return end{}, errors.New("its directory does not lie where the end says")
	case length < count*centralLen:
		return end{}, fmt.Errorf("a directory of %d bytes for %d members", length, count)
	}
	return end{count: int(count), offset: int64(offset), size: int64(length)}, nil
}

// readEnd64 reads the end of a ZIP64 archive, which lies before the other one, at
// the end of before. It is there when a number does not fit into the other end,
// and never else: readers differ in what they make of that.
func readEnd64(before []byte, at *int64, count, length, offset *uint64) error {
	need := *count == math.MaxUint16 || *length == math.MaxUint32 || *offset == math.MaxUint32
	n := len(before) - locator64Len
	found := n >= 0 && string(before[n:n+4]) == locator64Signature
	if !need && !found {
		return nil
	}
	lie := errors.New("a ZIP64 end that does not fit to the end of the archive")
	if !need || !found || n < end64Len {
		return lie
	}
	u32, u64 := binary.LittleEndian.Uint32, binary.LittleEndian.Uint64
	locator, e := before[n:], before[n-end64Len:n]
	start := *at - locator64Len - end64Len
	if u32(locator[4:]) != 0 || u64(locator[8:]) != uint64(start) || u32(locator[16:]) != 1 {
		return lie
	}
	if string(e[:4]) != end64Signature || u64(e[4:]) != end64Len-12 || u32(e[16:]) != 0 || u32(e[20:]) != 0 || u64(e[24:]) != u64(e[32:]) {
		return lie
	}
	for _, f := range []struct {
		small    *uint64
		sentinel uint64
		big      uint64
	}{{count, math.MaxUint16, u64(e[32:])}, {length, math.MaxUint32, u64(e[40:])}, {offset, math.MaxUint32, u64(e[48:])}} {
		if *f.small != f.sentinel && *f.small != f.big {
			return lie
		}
		*f.small = f.big
	}
	*at = start
	return nil
}
