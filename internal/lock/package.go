package lock

import (
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// Package is one entry of a lock, in the shape of PEP 751: what is installed under
// one name where its marker holds. At most one of files (Wheels, Sdist, Hashes),
// Archive, VCS and Directory is given.
type Package struct {
	// Name is normalised. It is empty for a folder that the lock does not name.
	Name string

	// Version is empty where the lock has none, as for a source tree.
	Version string

	// Marker says where the package is installed; nil: everywhere. Extras and groups
	// of the project are asked for as `'x' in extras` and `'x' in dependency_groups`.
	Marker *wheel.Marker

	// RequiresPython is the version specifier of the package itself. It is an error
	// when the package is to be installed and the specifier excludes the interpreter.
	RequiresPython string

	// File and Line are the place of the entry; see [Package.Place].
	File string
	Line int

	// Index is the simple index that the files come from, without credentials.
	// Empty: the default one.
	Index string

	Wheels []File
	Sdist  *File

	// Archive is a file that a URL or a path names: a wheel, or a source archive.
	Archive *File

	VCS       *VCS
	Directory *Directory

	// Hashes are those (sha256, hex) that the files may have, where the lock does not
	// say which file has which. Wheels and Sdist are empty then, until
	// [Lock.Complete] finds them.
	Hashes []string

	// absent tells that an index was asked, and had no file of the package. Unusable
	// is what was wrong with one that it had.
	absent   bool
	unusable string
}

// Place is where the entry stands, `LOCK:LINE`.
func (p *Package) Place() string { return p.File + ":" + strconv.Itoa(p.Line) }

// File is a wheel or a source archive.
type File struct {
	// Name is the file's name, percent-decoded. It decides which tags a wheel has.
	Name string

	// URL is absolute, http or https, without credentials. It is empty where Path is
	// given, and where the lock does not say it (see [Lock.Missing]).
	URL string

	// Path is slash-separated, in the build context.
	Path string

	// SHA256 in hex, of lower case.
	SHA256 string

	// Size in bytes, 0 where the lock does not say it.
	Size int64

	// Subdirectory of a source archive that is built, slash-separated.
	Subdirectory string

	weaker string // what it has instead of SHA256: another algorithm
}

// setHash takes one of a file's hashes, as a lock has it. Of all but sha256 only the
// algorithm is remembered.
func (f *File) setHash(algorithm, hex string) {
	switch {
	case hex == "":
	case isSHA256(algorithm, strings.ToLower(hex)):
		f.SHA256, f.weaker = strings.ToLower(hex), ""
	case f.SHA256 != "":
	case algorithm == "sha256":
		f.weaker = "one that is not 64 hexadecimal digits"
	default:
		f.weaker = algorithm
	}
}

// VCS is a commit of a repository.
type VCS struct {
	// Type is `git`.
	Type string

	// URL is http or https, without credentials.
	URL string

	// Commit is its full hash.
	Commit string

	// Requested is the branch, tag or revision that was asked for, or empty.
	Requested string

	// Subdirectory of the project in the repository, slash-separated, or empty.
	Subdirectory string
}

// Directory is a project in a folder of the build context.
type Directory struct {
	// Path is slash-separated and clean, `.` for the root of the context.
	Path string
}

// Distribution is what is installed of a package on one target. Exactly one of Wheel
// and Source is given.
type Distribution struct {
	// Name is normalised.
	Name string

	// Version is empty where the lock has none.
	Version string

	// Place in the lock, `LOCK:LINE`, and the line alone.
	Place string
	Line  int

	// Wheel to be installed as it is.
	Wheel *File

	// Source to be built into a wheel first.
	Source *Source

	// DirectURL is the content of direct_url.json (PEP 610), or empty.
	DirectURL string
}

// Source is what a wheel is built from. Exactly one field is given.
type Source struct {
	File      *File
	VCS       *VCS
	Directory *Directory
}

// Query asks an index, by way of uv, for the files of packages that a lock only has
// the hashes of.
type Query struct {
	// Index is the simple index; empty: the default one. The others as the options of
	// pip of that name.
	Index        string
	ExtraIndexes []string
	FindLinks    []string
	NoIndex      bool

	// Requirements is a requirements file for `uv pip compile --universal --format
	// pylock.toml`, with `--no-deps` unless Deps is set.
	Requirements string

	// Deps asks for the dependencies too: nothing was locked.
	Deps bool
}
