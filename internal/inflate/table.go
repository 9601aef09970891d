package inflate

import (
	"io"
	"math/bits"
)

const (
	maxLit    = 288
	maxDist   = 32
	maxLength = 15 // bits of a code

	endOfBlock = 256

	// Codes of up to so many bits are found in one step, others in two.
	litBits  = 11
	distBits = 8
	preBits  = 7

	// A second step is for codes with the same first bits, of which there are at
	// least two each time.
	litSize  = 1<<litBits + maxLit/2<<(maxLength-litBits)
	distSize = 1<<distBits + maxDist/2<<(maxLength-distBits)
)

// An entry of a table says what a code stands for. From bit 16 on it has the byte of
// a literal, the least length or distance, or where the second step looks. Bits 0-7
// are how many bits are taken, extra ones with them; bits 8-11 are how many of these
// are the code, or how many bits the second step looks at.
const (
	flagLiteral = 1 << 31
	flagOther   = 1 << 15 // neither a literal nor a length; without the next two an error
	flagSecond  = 1 << 14
	flagEnd     = 1 << 13
)

// litEntry is the entry of a symbol of the first alphabet, without its code.
func litEntry(symbol int) uint32 {
	switch {
	case symbol < endOfBlock:
		return flagLiteral | uint32(symbol)<<16
	case symbol == endOfBlock:
		return flagOther | flagEnd
	case symbol < 265:
		return uint32(symbol-257+3) << 16
	case symbol < 285:
		extra := uint32(symbol-261) / 4
		return (uint32(symbol-261)%4+4)<<extra<<16 + 3<<16 | extra
	case symbol == 285:
		return maxMatch << 16
	}
	return flagOther
}

// distEntry is the same for a distance.
func distEntry(symbol int) uint32 {
	switch {
	case symbol < 4:
		return uint32(symbol+1) << 16
	case symbol < 30:
		extra := uint32(symbol)/2 - 1
		return ((2+uint32(symbol)%2)<<extra+1)<<16 | extra
	}
	return flagOther
}

func preEntry(symbol int) uint32 { return uint32(symbol) << 16 }

// build makes the table of a code from the lengths of its symbols' codes. A code
// has to use up all there are, but for a code of one symbol, and one of none.
func build(table []uint32, first uint, lens []uint8, entry func(int) uint32) error {
	next, longest, err := firstCodes(lens)
	if err != nil {
		return err
	}
	for i := range table[:1<<first] {
		table[i] = flagOther
	}
	free, second := 1<<first, uint(max(longest-int(first), 0))
	for symbol, length := range lens {
		if length == 0 {
			continue
		}
		n := uint(length)
		code := int(bits.Reverse16(next[n]) >> (16 - n))
		next[n]++
		e := entry(symbol)
		if n <= first {
			e |= uint32(n) << 8
			e += uint32(n)
			for i := code; i < 1<<first; i += 1 << n {
				table[i] = e
			}
			continue
		}
		at := code & (1<<first - 1)
		if table[at] == flagOther {
			table[at] = uint32(free)<<16 | flagOther | flagSecond | uint32(second)<<8 | uint32(first)
			free += 1 << second
		}
		e |= uint32(n-first) << 8
		e += uint32(n - first)
		for i := code >> first; i < 1<<second; i += 1 << (n - first) {
			table[int(table[at]>>16)+i] = e
		}
	}
	return nil
}

// firstCodes gives the first code of each length, and the greatest length.
func firstCodes(lens []uint8) (next [maxLength + 1]uint16, longest int, err error) {
	var count [maxLength + 1]int
	for _, n := range lens {
		count[n]++
		longest = max(longest, int(n))
	}
	code := 0
	for n := 1; n <= longest; n++ {
		next[n] = uint16(code)
		code = (code + count[n]) << 1
	}
	if longest > 0 && code != 1<<(longest+1) && (longest != 1 || count[1] != 1) {
		return next, 0, ErrCorrupt
	}
	return next, longest, nil
}

// fixedCodes are those of a block that has none of its own.
func (d *Decoder) fixedCodes() error {
	lens := d.lens[:maxLit+maxDist]
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		case i < maxLit:
			lens[i] = 8
		default:
			lens[i] = 5
		}
	}
	return d.buildCodes(lens[:maxLit], lens[maxLit:])
}

func (d *Decoder) buildCodes(lit, dist []uint8) error {
	if err := build(d.lit[:], litBits, lit, litEntry); err != nil {
		return err
	}
	return build(d.dist[:], distBits, dist, distEntry)
}

// dynamicCodes reads the codes of a block.
func (d *Decoder) dynamicCodes() error {
	nlit, ndist, npre := d.take(5)+257, d.take(5)+1, d.take(4)+4
	if nlit > 286 || ndist > 30 {
		return ErrCorrupt
	}
	var pre [19]uint8
	for i, symbol := range [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15} {
		if i == npre {
			break
		}
		if i%16 == 0 {
			d.refill()
		}
		pre[symbol] = uint8(d.take(3))
	}
	var table [1 << preBits]uint32
	if err := build(table[:], preBits, pre[:], preEntry); err != nil {
		return err
	}
	lens := d.lens[:nlit+ndist]
	if err := d.readLengths(lens, &table); err != nil {
		return err
	}
	return d.buildCodes(lens[:nlit], lens[nlit:])
}

// readLengths reads the lengths of codes, which are written in a code themselves.
func (d *Decoder) readLengths(lens []uint8, table *[1 << preBits]uint32) error {
	for i := 0; i < len(lens); {
		if err := d.fill(); err != nil {
			return err
		}
		d.refill()
		e := table[d.bits&(1<<preBits-1)]
		if e&flagOther != 0 {
			return ErrCorrupt
		}
		d.take(uint(e & 15))
		symbol, n, value := e>>16, 1, uint8(0)
		switch {
		case symbol < 16:
			value = uint8(symbol)
		case symbol == 16 && i == 0:
			return ErrCorrupt
		case symbol == 16:
			n, value = 3+d.take(2), lens[i-1]
		case symbol == 17:
			n = 3 + d.take(3)
		default:
			n = 11 + d.take(7)
		}
		if d.overrun() {
			return io.ErrUnexpectedEOF
		}
		if n > len(lens)-i {
			return ErrCorrupt
		}
		for range n {
			lens[i] = value
			i++
		}
	}
	return nil
}
