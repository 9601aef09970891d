package elf

import (
	"cmp"
	"debug/elf"
	"slices"
	"strconv"
	"strings"
)

// VersionNeed is a symbol version that a file needs of a library (DT_VERNEED; see
// "Symbol Versioning" in the Linux Standard Base).
type VersionNeed struct {
	// Library is the name of the library, as in [File.Needed].
	Library string

	// Version is a name such as GLIBC_2.34.
	Version string
}

// flgWeak marks a version whose absence is no fault (VER_FLG_WEAK).
const flgWeak = 2

// maxVersions is more than the versions of any file take, in bytes of entries and names.
// The tables are chains without an end of their own, and may run through one another.
const maxVersions = 1 << 20

// readVersions reads which symbol versions the file needs, and which it has. What
// cannot be read is passed over, as a loader that knows no versions would; so are all
// where there are too many.
func (f *File) readVersions(raw *elf.File, tags []dynamicTag, strs []byte) {
	v := versionTables{raw: raw, strs: strs, left: maxVersions}
	for _, t := range tags {
		switch t.tag {
		case elf.DT_VERNEED:
			v.need = t.val
		case elf.DT_VERDEF:
			v.def = t.val
		}
	}
	for _, need := range v.chain(v.need, 16, 12) {
		library := v.name(need.data[4:])
		for _, aux := range v.chain(need.addr+uint64(v.uint32(need.data[8:])), 16, 12) {
			if raw.ByteOrder.Uint16(aux.data[4:])&flgWeak == 0 {
				f.VersionNeeds = append(f.VersionNeeds, VersionNeed{library, v.name(aux.data[8:])})
			}
		}
	}
	for _, def := range v.chain(v.def, 20, 16) {
		if aux, err := memory(raw, def.addr+uint64(v.uint32(def.data[12:])), 8); err == nil {
			f.Versions = append(f.Versions, v.name(aux))
		}
	}
	if v.left == 0 {
		f.VersionNeeds, f.Versions = nil, nil
	}
}

// versionTables are the tables of a file.
type versionTables struct {
	raw       *elf.File
	strs      []byte
	need, def uint64 // addresses; 0 is none
	left      int    // bytes that may still be read, of maxVersions; 0 is too many
}

type versionEntry struct {
	addr uint64
	data []byte
}

func (v *versionTables) uint32(b []byte) uint32 { return v.raw.ByteOrder.Uint32(b) }

// name is the string whose offset stands in an entry.
func (v *versionTables) name(entry []byte) string {
	off := min(uint64(v.uint32(entry)), uint64(len(v.strs)))
	name := text(v.strs[off:min(off+uint64(v.left), uint64(len(v.strs)))], 0)
	v.left -= len(name)
	return name
}

// chain reads the entries of a chain, each of which says at an offset how far away
// the next one is; 0 is the end.
func (v *versionTables) chain(addr uint64, size, next int) []versionEntry {
	var out []versionEntry
	for addr != 0 {
		if v.left = max(v.left-size, 0); v.left == 0 {
			break
		}
		data, err := memory(v.raw, addr, uint64(size))
		if err != nil {
			break
		}
		out = append(out, versionEntry{addr, data})
		step := uint64(v.uint32(data[next:]))
		if step == 0 {
			break
		}
		addr += step
	}
	return out
}

// newest is the highest of some versions that are of one kind with the one that is
// needed, such as GLIBC. Empty is none.
func newest(versions []string, needed string) string {
	kind, _ := splitVersion(needed)
	best := ""
	for _, v := range versions {
		if k, n := splitVersion(v); k == kind && len(n) > 0 && compareVersions(v, best) > 0 {
			best = v
		}
	}
	return best
}

// splitVersion is the kind of a version and its numbers: GLIBC_2.34 is of GLIBC.
func splitVersion(version string) (kind string, numbers []int) {
	kind, text, _ := strings.Cut(version, "_")
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return kind, nil
		}
		numbers = append(numbers, n)
	}
	return kind, numbers
}

func compareVersions(a, b string) int {
	_, x := splitVersion(a)
	_, y := splitVersion(b)
	return cmp.Or(slices.Compare(x, y), strings.Compare(a, b))
}
