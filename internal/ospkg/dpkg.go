package ospkg

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

const (
	dpkgStatus  = "/var/lib/dpkg/status"
	dpkgStatusD = "/var/lib/dpkg/status.d"
	dpkgInfo    = "/var/lib/dpkg/info"
)

// dpkgDB is dpkg's database of installed packages; in distroless images it is a
// directory with a file for each.
type dpkgDB struct {
	root    *rootfs.Root
	stanzas map[string]string // by package
	owners  map[string]string
	info    map[string]string // by package: its files' common name in the info directory
}

func openDpkg(root *rootfs.Root) (*dpkgDB, error) {
	db := &dpkgDB{root: root, stanzas: map[string]string{}, owners: map[string]string{}, info: map[string]string{}}
	text, err := root.ReadFile(dpkgStatus)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	db.addStanzas(string(text))
	list, derr := root.ReadDir(dpkgStatusD)
	if derr != nil && !errors.Is(derr, fs.ErrNotExist) {
		return nil, derr
	}
	for _, e := range list {
		if !e.Mode.IsRegular() {
			continue
		}
		text, err := e.ReadAll()
		if err != nil {
			return nil, err
		}
		if name, ok := strings.CutSuffix(path.Base(e.Path), ".md5sums"); ok {
			db.addOwners(name, string(text))
		} else {
			db.addStanzas(string(text))
		}
	}
	if err != nil && derr != nil {
		return nil, err
	}
	return db, db.readLists()
}

func (db *dpkgDB) addStanzas(text string) {
	for stanza := range strings.SplitSeq(text, "\n\n") {
		stanza = strings.Trim(stanza, "\n")
		if name := stanzaField(stanza, "Package"); name != "" && installed(stanza) {
			db.stanzas[name] = stanza + "\n"
		}
	}
}

// addOwners takes from the checksums of a package which files it has: distroless
// images have no other lists.
func (db *dpkgDB) addOwners(name, sums string) {
	for line := range strings.Lines(sums) {
		if _, file, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			db.owners[path.Join("/", file)] = name
		}
	}
}

// installed reports whether a package is there. Distroless images do not say.
func installed(stanza string) bool {
	status := stanzaField(stanza, "Status")
	return status == "" || strings.HasSuffix(status, " installed")
}

func stanzaField(stanza, key string) string {
	for line := range strings.Lines(stanza) {
		if v, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// readLists reads which files each package has.
func (db *dpkgDB) readLists() error {
	list, err := db.root.ReadDir(dpkgInfo)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		base, ok := strings.CutSuffix(e.Path, ".list")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(path.Base(base), ":")
		db.info[name] = base
		text, err := e.ReadAll()
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			db.owners[strings.TrimSpace(line)] = name
		}
	}
	return nil
}

// record writes a file for each package that owns files, in the directory that
// distroless images have, with the checksums of just those files.
func (db *dpkgDB) record(layer *rootfs.Layer, base *dpkgDB, files map[string][]string) ([]string, error) {
	var names []string
	for name := range files {
		if base != nil && base.stanzas[name] != "" || db.stanzas[name] == "" {
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		at := path.Join(dpkgStatusD, name)
		if err := layer.Add(rootfs.NewFile(at, 0o644, []byte(db.stanzas[name]))); err != nil {
			return nil, err
		}
		sums, err := db.checksums(name, files[name])
		if err != nil {
			return nil, err
		}
		if err := layer.Add(rootfs.NewFile(at+".md5sums", 0o644, sums)); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// checksums are the lines of a package's md5sums for some of its files.
func (db *dpkgDB) checksums(name string, files []string) ([]byte, error) {
	text, err := db.root.ReadFile(db.info[name] + ".md5sums")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []byte
	for line := range strings.Lines(string(text)) {
		_, file, _ := strings.Cut(strings.TrimRight(line, "\n"), "  ")
		if slices.ContainsFunc(aliases("/"+file), func(f string) bool { return slices.Contains(files, f) }) {
			out = append(out, line...)
		}
	}
	return out, nil
}
