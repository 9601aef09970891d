package elf

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// errUnusual says that a file is left as it is: either there is nothing to drop, or
// it is not sure that nobody reads what would be dropped.
var errUnusual = errors.New("left as it is")

func unusual(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUnusual, fmt.Sprintf(format, args...))
}

// Strip drops from a program or a shared object what no loader reads: symbols,
// debugging information, comments. No segment is moved and no byte of one is
// changed, so that it works for files of any processor, and for those that patchelf
// has rewritten. What becomes of a file:
//
//   - Up to the end of its last segment it stays, but for dropped sections that lie
//     between segments (patchelf leaves them there). They are zeroed.
//   - A new section table lists what is left. It comes to where dropped sections lay
//     between segments, else behind the last segment; so do sections that nobody
//     loads and that may have a use all the same.
//
// Symbols in .dynsym keep the numbers of the sections that they were in (st_shndx), of
// which the new table may have others. Loaders do not look sections up: they only tell
// the reserved numbers from the rest, which stay what they are.
//
// The file has to be open for reading and writing. Dropped is how many bytes were cut
// off or zeroed; when it is 0, the file is as it was. That is so for all that is no
// program or shared object of Linux, and for files with data that no header tells
// about, as programs have that unpack themselves.
//
// After an error of reading or writing, a loader reads what it read before.
func Strip(f *os.File) (dropped int64, err error) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0, err
	}
	p, err := planStrip(f, info.Size())
	if err == nil {
		err = p.apply(f)
	}
	switch {
	case errors.Is(err, errUnusual):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return p.dropped, nil
}

// Stripped gives the contents that [Strip] would leave of a file of the given size in
// bytes, and how many it drops. It gives none where it would leave the file as it is.
func Stripped(r io.ReaderAt, size int64) (data []byte, dropped int64, err error) {
	p, err := planStrip(r, size)
	switch {
	case errors.Is(err, errUnusual):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	}
	data = make([]byte, p.size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, int64(p.size)), data); err != nil {
		return nil, 0, err
	}
	for _, s := range p.zero {
		clear(data[s.from:s.to])
	}
	copy(data[p.tables.from:], p.data)
	copy(data, p.header)
	return data, p.dropped, nil
}

// apply writes first what can be undone. Once the new section table is in force,
// nothing refers to what the rest is about.
func (p *stripPlan) apply(f *os.File) error {
	old := &stripPlan{header: make([]byte, len(p.header)), data: make([]byte, len(p.data)), tables: p.tables}
	if _, err := f.ReadAt(old.header, 0); err != nil {
		return err
	}
	if _, err := f.ReadAt(old.data, int64(p.tables.from)); err != nil {
		return err
	}
	if err := p.writeTables(f); err != nil {
		return errors.Join(err, old.writeTables(f))
	}
	for _, s := range p.zero {
		if err := zero(f, s); err != nil {
			return err
		}
	}
	return f.Truncate(int64(p.size))
}

func (p *stripPlan) writeTables(f *os.File) error {
	if _, err := f.WriteAt(p.data, int64(p.tables.from)); err != nil {
		return err
	}
	_, err := f.WriteAt(p.header, 0)
	return err
}

func zero(f *os.File, s span) error {
	_, err := io.CopyN(io.NewOffsetWriter(f, int64(s.from)), zeros{}, int64(s.to-s.from))
	return err
}

// zeros reads as zero bytes without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
