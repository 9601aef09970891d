package ospkg

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

// DB is the package database of a rootfs: apk's, dpkg's, or none.
type DB struct {
	apk  *apkDB
	dpkg *dpkgDB
}

// Open reads the package database of a rootfs.
func Open(root *rootfs.Root) (*DB, error) {
	apk, err := openAPK(root)
	if err == nil {
		return &DB{apk: apk}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	dpkg, err := openDpkg(root)
	if err == nil {
		return &DB{dpkg: dpkg}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &DB{}, nil
}

// Owner is the name of the package that a file belongs to.
func (db *DB) Owner(name string) (string, bool) {
	for _, alias := range aliases(name) {
		if owner, ok := db.owners()[alias]; ok {
			return owner, true
		}
	}
	return "", false
}

func (db *DB) owners() map[string]string {
	switch {
	case db.apk != nil:
		return db.apk.owners
	case db.dpkg != nil:
		return db.dpkg.owners
	}
	return nil
}

// Files lists the files of a package, sorted.
func (db *DB) Files(name string) []string {
	var out []string
	for file, owner := range db.owners() {
		if owner == name {
			out = append(out, file)
		}
	}
	slices.Sort(out)
	return out
}

// aliases are the names of a file where /lib and its like are links into /usr,
// or are not: databases have either.
func aliases(name string) []string {
	out := []string{name}
	top, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(name, "/usr"), "/"), "/")
	switch {
	case top != "bin" && top != "sbin" && !strings.HasPrefix(top, "lib"):
	case strings.HasPrefix(name, "/usr/"):
		out = append(out, strings.TrimPrefix(name, "/usr"))
	default:
		out = append(out, path.Join("/usr", name))
	}
	return out
}

// Record adds to layer the records of the packages which own the files that the
// layer has copied from the rootfs of db, and of the packages named. Packages
// which base has a record of are left as they are there. It returns the names of
// those added.
func (db *DB) Record(layer *rootfs.Layer, base *DB, named ...string) ([]string, error) {
	files := map[string][]string{}
	for _, name := range named {
		files[name] = nil
	}
	for _, e := range layer.Entries() {
		if e.From == "" || e.Mode.IsDir() {
			continue
		}
		if owner, ok := db.Owner(e.From); ok {
			files[owner] = append(files[owner], e.From)
		}
	}
	switch {
	case db.apk != nil && base.dpkg == nil:
		return db.apk.record(layer, base.apk, files)
	case db.dpkg != nil && base.apk == nil:
		return db.dpkg.record(layer, base.dpkg, files)
	case db.apk == nil && db.dpkg == nil:
		return nil, nil
	}
	return nil, errors.New("the builder and the runtime base have different package managers (both need apk, or dpkg)")
}

// IsAPK reports whether the database is apk's.
func (db *DB) IsAPK() bool { return db.apk != nil }
