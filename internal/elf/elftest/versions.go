package elftest

import (
	"encoding/binary"
	"strings"
)

// versionTables makes the tables of symbol versions, which are the same for all
// classes. Their names go to the string table.
type versionTables struct {
	order binary.AppendByteOrder
	strs  *string
}

func (t versionTables) name(text string) uint32 {
	at := uint32(len(*t.strs))
	*t.strs += text + "\x00"
	return at
}

// needs has an entry for each library, and each one version of it.
func (t versionTables) needs(list []string) []byte {
	var out []byte
	for i, line := range list {
		words := append(strings.Fields(line), "")
		next, flags := uint32(32), uint16(0)
		if i == len(list)-1 {
			next = 0
		}
		if words[2] == "weak" {
			flags = 2
		}
		out = t.order.AppendUint16(out, 1) // version of the table
		out = t.order.AppendUint16(out, 1) // number of versions
		out = t.order.AppendUint32(out, t.name(words[0]))
		out = t.order.AppendUint32(out, 16) // where the version is
		out = t.order.AppendUint32(out, next)

		out = t.order.AppendUint32(out, 0) // hash of the name
		out = t.order.AppendUint16(out, flags)
		out = t.order.AppendUint16(out, 2)
		out = t.order.AppendUint32(out, t.name(words[1]))
		out = t.order.AppendUint32(out, 0)
	}
	return out
}

// defs has an entry for each version, with its name.
func (t versionTables) defs(list []string) []byte {
	var out []byte
	for i, version := range list {
		next := uint32(28)
		if i == len(list)-1 {
			next = 0
		}
		out = t.order.AppendUint16(out, 1) // version of the table
		out = t.order.AppendUint16(out, 0) // flags
		out = t.order.AppendUint16(out, uint16(i+1))
		out = t.order.AppendUint16(out, 1) // number of names
		out = t.order.AppendUint32(out, 0) // hash of the name
		out = t.order.AppendUint32(out, 20)
		out = t.order.AppendUint32(out, next)

		out = t.order.AppendUint32(out, t.name(version))
		out = t.order.AppendUint32(out, 0)
	}
	return out
}
