package unpack

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Limits of an archive. The greatest wheels there are stay far below.
const (
	maxMembers   = 100_000
	maxDirectory = 32 << 20
	maxUnpacked  = 64 << 30

	// An archive that unpacks to more than freeUnpacked must not unpack to more
	// than maxRatio times its own size.
	freeUnpacked = 64 << 20
	maxRatio     = 100
)

// archive is a zip file that every reader of zip files reads in the same way.
type archive struct {
	file    io.ReaderAt
	size    int64
	members []*member // as the central directory has them
}

// member is a file or a directory of an archive.
type member struct {
	name   string // without the slash of a directory
	isDir  bool
	isExec bool
	method uint16
	crc    uint32
	size   int64 // unpacked, as the archive says it
	packed int64
	offset int64 // of the packed bytes in the archive
}

// openArchive reads the directory of a zip file. It refuses an archive that readers
// of zip files could read in different ways: each byte of the file has to be of a
// member, of the directory or of the end, and all that is said twice must be equal.
func openArchive(file io.ReaderAt, size int64) (*archive, error) {
	end, err := findEnd(file, size)
	if err != nil {
		return nil, err
	}
	headers, err := readDirectory(file, end)
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(file, size)
	if err != nil {
		return nil, err
	}
	if len(r.File) != len(headers) {
		return nil, fmt.Errorf("the directory has %d members or %d, depending on who reads it", len(headers), len(r.File))
	}
	a := &archive{file: file, size: size}
	for i, f := range r.File {
		if err := headers[i].agrees(f); err != nil {
			return nil, fmt.Errorf("%s: %w", show(f.Name), err)
		}
		m, err := newMember(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", show(f.Name), err)
		}
		a.members = append(a.members, m)
	}
	if err := a.locate(headers, end.offset); err != nil {
		return nil, err
	}
	return a, a.checkSizes()
}

// readDirectory reads the central directory. Its bytes must be those of as many
// members as the end says, and no more.
func readDirectory(file io.ReaderAt, end end) ([]header, error) {
	b := make([]byte, end.size)
	if _, err := file.ReadAt(b, end.offset); err != nil {
		return nil, err
	}
	if bytes.Contains(b, []byte(endSignature)) {
		return nil, errors.New("a second end of the archive lies in its directory")
	}
	var headers []header
	for range end.count {
		h, rest, err := parseCentral(b)
		if err != nil {
			return nil, err
		}
		headers, b = append(headers, h), rest
	}
	if len(b) > 0 {
		return nil, fmt.Errorf("%d bytes lie behind the last member in the directory", len(b))
	}
	return headers, nil
}

// newMember makes a member of what archive/zip read.
func newMember(f *zip.File) (*member, error) {
	m := &member{method: f.Method, crc: f.CRC32, size: int64(f.UncompressedSize64), packed: int64(f.CompressedSize64)}
	if m.size < 0 || m.packed < 0 {
		return nil, errors.New("its size is no size")
	}
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return nil, fmt.Errorf("compressed by method %d (store and deflate work)", f.Method)
	}
	if err := m.setName(f.Name, f.Flags); err != nil {
		return nil, err
	}
	return m, m.setMode(f.ExternalAttrs)
}

// The types of files in the upper half of the external attributes: those of Unix,
// which tools write on other systems too.
const (
	typeMask = 0o170000
	typeFile = 0o100000
	typeDir  = 0o040000
	typeLink = 0o120000
	dosDir   = 0x10
)

func (m *member) setMode(attrs uint32) error {
	mode := attrs >> 16
	kind := mode & typeMask
	switch {
	case kind == typeLink:
		return errors.New("a link (a wheel has files only)")
	case kind != 0 && kind != typeFile && kind != typeDir:
		return errors.New("a special file (a wheel has files only)")
	case kind == typeDir && !m.isDir, attrs&dosDir != 0 && !m.isDir:
		return errors.New("a directory by its attributes, a file by its name")
	case kind == typeFile && m.isDir:
		return errors.New("a file by its attributes, a directory by its name")
	case m.isDir && (m.size != 0 || m.crc != 0):
		return errors.New("a directory with contents")
	}
	m.isExec = !m.isDir && mode&0o111 != 0
	return nil
}

// locate finds the bytes of each member. Members follow each other, from the first
// byte of the file to the directory.
func (a *archive) locate(headers []header, directory int64) error {
	order := make([]int, len(headers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(headers[i].offset, headers[j].offset) })
	pos := int64(0)
	for n, i := range order {
		h, m := headers[i], a.members[i]
		limit := directory
		if n+1 < len(order) {
			limit = int64(headers[order[n+1]].offset)
		}
		switch {
		case int64(h.offset) != pos:
			return fmt.Errorf("%s: %d bytes that belong to no member lie before it", show(h.name), int64(h.offset)-pos)
		case limit-pos < localLen:
			return fmt.Errorf("%s: it overlaps with what follows", show(h.name))
		case limit > directory:
			return fmt.Errorf("%s: what follows does not lie in the archive", show(h.name))
		}
		if err := m.locate(a.file, h, limit); err != nil {
			return fmt.Errorf("%s: %w", show(h.name), err)
		}
		pos = limit
	}
	return nil
}

// checkSizes looks at what the archive says it unpacks to. Reading a member stops
// where it has more than was said.
func (a *archive) checkSizes() error {
	var total int64
	for _, m := range a.members {
		if m.method == zip.Store && m.size != m.packed {
			return fmt.Errorf("%s: stored as %d bytes, which are %d when read", show(m.name), m.packed, m.size)
		}
		if m.size > maxUnpacked-total {
			return fmt.Errorf("%s: the archive unpacks to more than %d GiB", show(m.name), maxUnpacked>>30)
		}
		total += m.size
	}
	if total > freeUnpacked && total/maxRatio > a.size {
		return fmt.Errorf("a bomb: %d bytes that unpack to %d, more than %d times as many", a.size, total, maxRatio)
	}
	return nil
}
