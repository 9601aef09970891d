package unpack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/wheel"
)

// Limits of the files of a package that are read whole.
const (
	maxRecord      = 32 << 20
	maxMetadata    = 16 << 20
	maxEntryPoints = 4 << 20
	maxScript      = 16 << 20
)

// dist is a wheel that is open, and what it would write.
type dist struct {
	Wheel

	file          string // its name
	name, version string // name normalised
	tags          []wheel.Tag
	stem          string // NAME-VERSION, as the archive spells it
	info          string // its .dist-info directory

	input   *os.File
	archive *archive
	record  map[string]recordLine
	points  []entryPoint

	slim     *slim.Slimmer
	isGone   bool // nothing of it is written
	files    []*file
	bytecode []*member // left out
	notes    []string
}

// file is a file to write.
type file struct {
	path     string // from the root of the environment
	dist     *dist
	member   *member // what to inflate; nil: data is what to write
	data     []byte
	isExec   bool
	isRecord bool // is written when all else is
	digest   digest
	size     int64
	rule     string // not empty: left out by it
}

// origin is where a file comes from, for messages.
func (f *file) origin() string { return f.dist.file + ": " + f.source() }

// source is what a file comes from in its wheel.
func (f *file) source() string {
	if f.member != nil {
		return show(f.member.name)
	}
	return show(f.path)
}

// openDist reads a wheel and plans its files. The caller closes it, in any case.
func openDist(r *reader, w Wheel, l layout, s *slim.Slimmer) (*dist, error) {
	d := &dist{Wheel: w, file: filepath.Base(w.Path), slim: s}
	name, err := wheel.ParseName(d.file)
	if err != nil {
		return d, err
	}
	if err := d.open(r, l, name); err != nil {
		return d, fmt.Errorf("%s: %w", d.file, err)
	}
	return d, nil
}

func (d *dist) close() {
	if d.input != nil {
		d.input.Close()
	}
}

func (d *dist) open(r *reader, l layout, name wheel.Name) (err error) {
	d.tags = name.Tags
	d.name, d.version = name.Distribution, name.Version
	if i := slices.IndexFunc(name.Tags, func(t wheel.Tag) bool { return t.Platform != "any" }); d.Any && i >= 0 {
		return fmt.Errorf("built for %s (a wheel that is built on another CPU than its target's has to be for any)", name.Tags[i].Platform)
	}
	if d.input, err = os.Open(d.Path); err != nil {
		return err
	}
	info, err := d.input.Stat()
	if err != nil {
		return err
	}
	if err := d.checkSum(info.Size()); err != nil {
		return err
	}
	if d.archive, err = openArchive(d.input, info.Size()); err != nil {
		return err
	}
	return d.plan(r, l)
}

// checkSum checks the hash of the whole file, where it is given.
func (d *dist) checkSum(size int64) error {
	if d.SHA256 == "" {
		return nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(d.input, 0, size)); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); !strings.EqualFold(got, d.SHA256) {
		return fmt.Errorf("sha256 %s, the lock has %s", got, strings.ToLower(d.SHA256))
	}
	return nil
}

func (d *dist) plan(r *reader, l layout) error {
	members, err := d.index()
	if err != nil {
		return err
	}
	if d.info, err = d.findInfo(); err != nil {
		return err
	}
	d.stem = strings.TrimSuffix(d.info, ".dist-info")
	if err := d.readInfo(r, members); err != nil {
		return err
	}
	if err := d.checkRecord(); err != nil {
		return err
	}
	for _, m := range d.archive.members {
		if err := d.add(r, l, m, members); err != nil {
			return fmt.Errorf("%s: %w", show(m.name), err)
		}
	}
	if err := d.checkStartup(r, l); err != nil {
		return err
	}
	d.addOwn(l)
	if d.files, err = merge(d.files); err != nil {
		return err
	}
	d.leaveOut(l)
	return nil
}

// index finds the members by name. Two members of a name that some file system
// takes for the same are refused, and so is a file that is a directory too.
func (d *dist) index() (map[string]*member, error) {
	members := make(map[string]*member, len(d.archive.members))
	var names rootfs.Paths
	for _, m := range d.archive.members {
		if _, ok := members[m.name]; ok {
			return nil, fmt.Errorf("%s: twice in the archive", show(m.name))
		}
		members[m.name] = m
		if other := names.Add(m.name, m.isDir); other != "" {
			return nil, fmt.Errorf("%s: clashes with %s of the same archive (some file systems take them for the same)", show(m.name), show(other))
		}
	}
	return members, nil
}

// findInfo finds the one directory with the package's metadata.
func (d *dist) findInfo() (string, error) {
	var found string
	for _, m := range d.archive.members {
		top, _, below := strings.Cut(m.name, "/")
		if !below && !m.isDir || !strings.HasSuffix(top, ".dist-info") || top == found {
			continue
		}
		if found != "" {
			names := []string{found, top}
			slices.Sort(names)
			return "", fmt.Errorf("two directories of metadata: %s (a wheel has one)", show(strings.Join(names, ", ")))
		}
		found = top
	}
	switch {
	case found == "":
		return "", fmt.Errorf("no directory of metadata (%s-%s.dist-info)", d.name, d.version)
	case !d.isStem(strings.TrimSuffix(found, ".dist-info")):
		return "", fmt.Errorf("%s: not the metadata of %s %s", show(found), d.name, d.version)
	}
	return found, nil
}

// readInfo reads the metadata.
func (d *dist) readInfo(r *reader, members map[string]*member) error {
	parts := []struct {
		name  string
		limit int64
		need  bool
		parse func([]byte) error
	}{
		{"RECORD", maxRecord, true, func(text []byte) (err error) {
			d.record, err = parseRecord(text)
			return err
		}},
		{"WHEEL", maxMetadata, true, func(text []byte) error {
			notes, err := checkWheelFile(text, d.tags)
			d.notes = append(d.notes, notes...)
			return err
		}},
		{"METADATA", maxMetadata, true, func(text []byte) error { return checkMetadata(text, d.name, d.version) }},
		{"entry_points.txt", maxEntryPoints, false, func(text []byte) (err error) {
			d.points, err = parseEntryPoints(text)
			return err
		}},
	}
	for _, p := range parts {
		name := path.Join(d.info, p.name)
		m, ok := members[name]
		switch {
		case (!ok || m.isDir) && p.need:
			return fmt.Errorf("%s: not there (a wheel has one)", show(name))
		case !ok || m.isDir:
			continue
		}
		text, err := r.read(d.archive, m, d.record[name].digest, p.limit)
		if err == nil {
			err = p.parse(text)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", show(name), err)
		}
	}
	return nil
}

// checkRecord compares RECORD with what is there. Hashes are checked when the files
// are read.
func (d *dist) checkRecord() error {
	there := make(map[string]bool, len(d.archive.members))
	for _, m := range d.archive.members {
		if m.isDir {
			continue
		}
		there[m.name] = true
		if d.isExempt(m.name) {
			continue
		}
		line, ok := d.record[m.name]
		switch {
		case !ok:
			return fmt.Errorf("%s: not in RECORD", show(m.name))
		case line.digest == "":
			return fmt.Errorf("%s: no hash in RECORD", show(m.name))
		case line.size >= 0 && line.size != m.size:
			return fmt.Errorf("%s: %d bytes, RECORD has %d", show(m.name), m.size, line.size)
		}
	}
	var missing string
	for name := range d.record {
		if !there[name] && !d.isExempt(name) && (missing == "" || name < missing) {
			missing = name
		}
	}
	if missing != "" {
		return fmt.Errorf("%s: in RECORD, but not in the archive", show(missing))
	}
	return nil
}

// isExempt reports whether a file needs no hash: RECORD and its signatures.
func (d *dist) isExempt(name string) bool {
	below, ok := strings.CutPrefix(name, d.info+"/")
	return ok && (below == "RECORD" || below == "RECORD.jws" || below == "RECORD.p7s")
}
