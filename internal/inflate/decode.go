package inflate

import "encoding/binary"

// decode decodes codes while there is input for a step, and room for what it makes.
//
// It is long, and has its state in variables: calls, and state in memory, would make
// it slow. Each code takes at most 15 bits, with extra ones 20 for a length and 28 for
// a distance, and 56 are there after a refill.
func (d *Decoder) decode() error {
	in, out, lit, dist := d.in, d.out, &d.lit, &d.dist
	ip, bits, nbits, op := d.ip, d.bits, d.nbits, d.op
	inLimit, outLimit := d.end-16, len(out)-slop
	if d.err != nil {
		inLimit = d.end + 7 // all there is; with more, bits of the padding were taken
	}
	var err error
loop:
	for ip <= inLimit && op <= outLimit {
		bits |= binary.LittleEndian.Uint64(in[ip:]) << (nbits & 63)
		ip += int(63-nbits) >> 3
		nbits |= 56
		e := lit[bits&(1<<litBits-1)]
		if e&flagLiteral != 0 {
			bits >>= e & 63
			nbits -= uint(e & 63)
			out[op] = byte(e >> 16)
			op++
			e = lit[bits&(1<<litBits-1)]
			if e&flagLiteral != 0 {
				bits >>= e & 63
				nbits -= uint(e & 63)
				out[op] = byte(e >> 16)
				op++
				e = lit[bits&(1<<litBits-1)]
				if e&flagLiteral != 0 {
					bits >>= e & 63
					nbits -= uint(e & 63)
					out[op] = byte(e >> 16)
					op++
					continue
				}
			}
			// At least 34 bits are left: enough for a length, not for a distance too.
		}
		if e&flagOther != 0 {
			if e&flagSecond == 0 {
				bits >>= e & 63
				nbits -= uint(e & 63)
				err = d.endOfCodes(e)
				break loop
			}
			bits >>= litBits
			nbits -= litBits
			e = lit[e>>16+uint32(bits)&(1<<(e>>8&15)-1)]
			if e&flagLiteral != 0 {
				bits >>= e & 63
				nbits -= uint(e & 63)
				out[op] = byte(e >> 16)
				op++
				continue
			}
			if e&flagOther != 0 {
				bits >>= e & 63
				nbits -= uint(e & 63)
				err = d.endOfCodes(e)
				break loop
			}
		}
		length := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		nbits -= uint(e & 63)
		if nbits < maxLength+13 {
			bits |= binary.LittleEndian.Uint64(in[ip:]) << (nbits & 63)
			ip += int(63-nbits) >> 3
			nbits |= 56
		}
		e = dist[bits&(1<<distBits-1)]
		if e&flagOther != 0 {
			if e&flagSecond == 0 {
				err = ErrCorrupt
				break loop
			}
			bits >>= distBits
			nbits -= distBits
			e = dist[e>>16+uint32(bits)&(1<<(e>>8&15)-1)]
			if e&flagOther != 0 {
				err = ErrCorrupt
				break loop
			}
		}
		distance := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		nbits -= uint(e & 63)
		if distance > op {
			err = ErrCorrupt
			break loop
		}
		copyMatch(out, op, distance, length)
		op += length
	}
	d.ip, d.bits, d.nbits, d.op = ip, bits, nbits, op
	return err
}

// endOfCodes ends a block, where the entry says that this is its end.
func (d *Decoder) endOfCodes(e uint32) error {
	if e&flagEnd == 0 {
		return ErrCorrupt
	}
	d.block = between
	return nil
}

// copyMatch copies length bytes from distance bytes before op. It may write up to 7
// bytes more.
func copyMatch(out []byte, op, distance, length int) {
	from, end := op-distance, op+length
	switch {
	case distance >= length && length > 32:
		copy(out[op:end], out[from:])
	case distance >= 8:
		for op < end {
			binary.LittleEndian.PutUint64(out[op:], binary.LittleEndian.Uint64(out[from:]))
			op += 8
			from += 8
		}
	default:
		for op < end {
			out[op] = out[from]
			op++
			from++
		}
	}
}
