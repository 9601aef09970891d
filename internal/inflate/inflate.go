// Package inflate unpacks DEFLATE data (RFC 1951), the compression of zip files. It
// does what compress/flate does, in half the time: wheels are inflated in each build,
// and that is most of what installing them costs.
package inflate

import (
	"encoding/binary"
	"errors"
	"io"
)

// ErrCorrupt is the error for data that are not DEFLATE data.
var ErrCorrupt = errors.New("corrupt data")

const (
	windowSize = 32 << 10
	chunkSize  = 256 << 10
	inputSize  = 64 << 10

	maxMatch = 258

	// slop is what a step of the decoder may write at once beyond the place that it
	// looked at: literals, and a match that is copied in words.
	slop = maxMatch + 16

	// padding follows the input, so that bits are always taken from 8 bytes. A step
	// needs less, too.
	padding = 32
)

// block is what kind of block the decoder is in.
type block int

const (
	between block = iota
	stored
	huffman
	done
)

// Decoder inflates data piece by piece. It may be used again after Reset.
type Decoder struct {
	src io.Reader
	err error // of src; io.EOF when it is read

	in      []byte // input, with padding behind it
	ip, end int    // what is next in the input, and how much there is
	bits    uint64 // bits taken from the input, the next one lowest
	nbits   uint   // how many of them

	out []byte // the window, and what is decoded behind it
	op  int    // how much of it is there

	block block
	last  bool // no block follows
	left  int  // bytes of a stored block

	lit  [litSize]uint32
	dist [distSize]uint32
	lens [maxLit + maxDist]uint8
}

// NewDecoder makes a decoder. It has nothing to decode before it is reset.
func NewDecoder() *Decoder {
	return &Decoder{in: make([]byte, inputSize+padding), out: make([]byte, windowSize+chunkSize+slop)}
}

// Reset makes the decoder read from src.
func (d *Decoder) Reset(src io.Reader) {
	d.src, d.err = src, nil
	d.ip, d.end, d.bits, d.nbits, d.op = 0, 0, 0, 0, 0
	d.block, d.last = between, false
}

// Next gives the next piece, which is valid until the next call. At the end of the
// data it gives [io.EOF], where they are cut off [io.ErrUnexpectedEOF].
func (d *Decoder) Next() ([]byte, error) {
	if d.op > windowSize {
		copy(d.out, d.out[d.op-windowSize:d.op])
		d.op = windowSize
	}
	start := d.op
	for d.op <= len(d.out)-slop && d.block != done {
		if err := d.step(); err != nil {
			return nil, err
		}
	}
	if start == d.op {
		return nil, io.EOF
	}
	return d.out[start:d.op], nil
}

// Rest is how many bytes were read from the source, but are not of the data.
func (d *Decoder) Rest() int { return d.end - d.ip + int(d.nbits/8) }

// step decodes as much of a block as there is input for.
func (d *Decoder) step() error {
	if err := d.fill(); err != nil {
		return err
	}
	var err error
	switch d.block {
	case between:
		err = d.header()
	case stored:
		err = d.copyStored()
	case huffman:
		err = d.decode()
	}
	if d.overrun() {
		return io.ErrUnexpectedEOF
	}
	return err
}

// fill reads input, when not enough of it is left for a step.
func (d *Decoder) fill() error {
	if d.end-d.ip >= padding || d.err != nil {
		return d.atEnd()
	}
	d.ip -= int(d.nbits / 8) // whole bytes go back
	d.nbits %= 8
	d.bits &= 1<<d.nbits - 1
	d.end = copy(d.in, d.in[d.ip:d.end])
	d.ip = 0
	for d.end < padding && d.err == nil {
		var n int
		n, d.err = d.src.Read(d.in[d.end:inputSize])
		d.end += n
	}
	// Beyond its end the input is zeros; whether they were taken is checked later.
	clear(d.in[d.end : d.end+padding])
	return d.atEnd()
}

func (d *Decoder) atEnd() error {
	if d.err != nil && !errors.Is(d.err, io.EOF) {
		return d.err
	}
	return nil
}

// overrun reports whether more bits were taken than there are.
func (d *Decoder) overrun() bool { return d.ip*8-int(d.nbits) > d.end*8 }

// refill takes bits from the input: at least 56 are there after it.
func (d *Decoder) refill() {
	d.bits |= binary.LittleEndian.Uint64(d.in[d.ip:]) << (d.nbits & 63)
	d.ip += int(63-d.nbits) >> 3
	d.nbits |= 56
}

// take takes n bits.
func (d *Decoder) take(n uint) int {
	v := int(d.bits & (1<<n - 1))
	d.bits >>= n
	d.nbits -= n
	return v
}

// header reads the first bits of a block, and what its codes are.
func (d *Decoder) header() error {
	if d.last {
		d.block = done
		return nil
	}
	d.refill()
	d.last = d.take(1) == 1
	switch d.take(2) {
	case 0:
		return d.storedHeader()
	case 1:
		d.block = huffman
		return d.fixedCodes()
	case 2:
		d.block = huffman
		return d.dynamicCodes()
	}
	return ErrCorrupt
}

// storedHeader reads the length of a stored block, which begins with a whole byte.
func (d *Decoder) storedHeader() error {
	d.take(d.nbits % 8)
	n, inverse := d.take(16), d.take(16)
	if d.overrun() {
		return io.ErrUnexpectedEOF
	}
	if n != inverse^0xffff {
		return ErrCorrupt
	}
	d.ip -= int(d.nbits / 8)
	d.bits, d.nbits = 0, 0
	d.block, d.left = stored, n
	return nil
}

func (d *Decoder) copyStored() error {
	n := copy(d.out[d.op:len(d.out)-slop+1], d.in[d.ip:min(d.end, d.ip+d.left)])
	d.op += n
	d.ip += n
	d.left -= n
	switch {
	case d.left == 0:
		d.block = between
	case n == 0:
		return io.ErrUnexpectedEOF
	}
	return nil
}
