package unpack

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/keelback/keelback/internal/inflate"
)

// reader reads members of archives, one after the other. It keeps what is costly to
// make; each worker has one.
type reader struct {
	decoder *inflate.Decoder
	buf     []byte // of stored members
}

// bufSize is how much of a stored member is held in memory.
const bufSize = 256 << 10

func newReader() *reader { return &reader{decoder: inflate.NewDecoder()} }

// copy reads a member and gives its bytes to write, piece by piece. What it gives
// is checked only once copy is done: the member must have the size and the checksum
// that the archive says, and the hash that its RECORD says.
func (r *reader) copy(a *archive, m *member, want digest, write func([]byte) error) error {
	packed := io.NewSectionReader(a.file, m.offset, m.packed)
	next := r.decoder.Next
	if m.method == zip.Deflate {
		r.decoder.Reset(packed)
	} else {
		next = r.stored(packed)
	}
	sum, crc, n := want.hash(), uint32(0), int64(0)
	for {
		b, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("cannot be inflated: %w", err)
		}
		if n += int64(len(b)); n > m.size {
			return fmt.Errorf("more than the %d bytes that the archive says", m.size)
		}
		sum.Write(b)
		crc = crc32.Update(crc, crc32.IEEETable, b)
		if err := write(b); err != nil {
			return err
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

// stored gives a stored member piece by piece, as a decoder does.
func (r *reader) stored(packed io.Reader) func() ([]byte, error) {
	if r.buf == nil {
		r.buf = make([]byte, bufSize)
	}
	return func() ([]byte, error) {
		n, err := packed.Read(r.buf)
		if n > 0 {
			err = nil
		}
		return r.buf[:n], err
	}
}

// left is how many packed bytes were not needed.
func (r *reader) left(m *member, packed *io.SectionReader) (int64, error) {
	read, err := packed.Seek(0, io.SeekCurrent)
	left := m.packed - read
	if m.method == zip.Deflate {
		left += int64(r.decoder.Rest())
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
