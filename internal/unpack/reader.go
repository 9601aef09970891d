package unpack

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// reader reads members of archives, one after the other. It keeps what is costly to
// make; each worker has one.
type reader struct {
	packed  *bufio.Reader
	inflate io.ReadCloser
	buf     []byte
}

// bufSize is how much of a member is held in memory, packed and unpacked.
const bufSize = 128 << 10

func newReader() *reader {
	packed := bufio.NewReaderSize(nil, bufSize)
	return &reader{packed: packed, inflate: flate.NewReader(packed), buf: make([]byte, bufSize)}
}

// copy reads a member and gives its bytes to write, piece by piece. What it gives
// is checked only once copy is done: the member must have the size and the checksum
// that the archive says, and the hash that its RECORD says.
func (r *reader) copy(a *archive, m *member, want digest, write func([]byte) error) error {
	packed := io.NewSectionReader(a.file, m.offset, m.packed)
	from := io.Reader(packed)
	if m.method == zip.Deflate {
		r.packed.Reset(packed)
		if err := r.inflate.(flate.Resetter).Reset(r.packed, nil); err != nil {
			return err
		}
		from = r.inflate
	}
	sum, crc, n := want.hash(), uint32(0), int64(0)
	for {
		k, err := from.Read(r.buf)
		if n += int64(k); n > m.size {
			return fmt.Errorf("more than the %d bytes that the archive says", m.size)
		}
		sum.Write(r.buf[:k])
		crc = crc32.Update(crc, crc32.IEEETable, r.buf[:k])
		if err := write(r.buf[:k]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("cannot be inflated: %w", err)
		}
	}
	left, err := r.left(m, packed)
	switch {
	case err != nil:
		return err
	case n != m.size:
		return fmt.Errorf("%d bytes, the archive says %d", n, m.size)
	case left != 0:
		return fmt.Errorf("%d bytes lie behind its end", left)
	case crc != m.crc:
		return errors.New("its checksum is not that of the archive")
	}
	return want.check(sum)
}

// left is how many packed bytes were not needed.
func (r *reader) left(m *member, packed *io.SectionReader) (int64, error) {
	read, err := packed.Seek(0, io.SeekCurrent)
	left := m.packed - read
	if m.method == zip.Deflate {
		left += int64(r.packed.Buffered())
	}
	return left, err
}

// read reads a small member whole.
func (r *reader) read(a *archive, m *member, want digest, limit int64) ([]byte, error) {
	if m.size > limit {
		return nil, fmt.Errorf("%d bytes (%d work)", m.size, limit)
	}
	out := make([]byte, 0, m.size)
	err := r.copy(a, m, want, func(b []byte) error {
		out = append(out, b...)
		return nil
	})
	return out, err
}
