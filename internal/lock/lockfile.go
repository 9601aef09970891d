package lock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// maxLock is the size over which a lock is refused: no lock of a service is near it.
const maxLock = 16 << 20

// list is what a reader gives of a lock whose packages say by themselves, with their
// markers, where they are installed (PEP 751). A new format of that kind is a
// constant of [Format], its name in lockNames and in formatOf, and a case of
// locked.read with a reader that
//
//   - fills packages, in the order of the lock, each with its place; extras and
//     groups of the project go into the markers (`'x' in extras`), paths are
//     relative to the context, URLs and indexes as they are written,
//   - gives files their hashes by [File.setHash],
//   - adds to Manifests what it read beside the lock (the lock itself is there),
//   - fills extras, groups and defaults, so that the spec can name only what is there,
//   - sets requiresPython and environments where the lock has them,
//   - sets mend to the command that makes the lock anew,
//   - refuses a lock that is out of date, by problems.addf and its like (locked has
//     them), so that all mistakes are told at once. An error is of a file that is
//     no such lock at all; it begins with the place.
//
// What can be said of any lock is not its business: checkPackages refuses names
// and versions that are none, files without sha256, credentials in URLs and what lies
// outside of the context, findFiles what is not in it, and [Lock.Select] looks at
// markers, requires-python, duplicates, tags and allow_sdist.
// Names and the folders that are installed come from packages too.
type list struct {
	packages       []*Package
	extras, groups map[string]bool // names that the spec may use, normalised
	defaults       []string        // groups that are always installed, normalised
	requiresPython string          // of the lock, a version specifier
	environments   []*wheel.Marker // one of them has to hold; none: all do
	indexes        Query           // where files without URL are looked for; Requirements is empty
	mend           string          // command that makes the lock anew, such as `uv lock`

	graph    *graph   // of uv.lock
	unlocked []string // requirements that nothing locks; see [Unlocked]
	pythons  []string // requires-python of what completed the lock
}

// locked is what was read of a lock.
type locked struct {
	*Lock
	problems   problems
	always     []*Package // those that every target needs
	members    []string   // folders of the projects that it installs, in the context
	buildGroup []string   // names in its group for building
}

func readLock(ctx context.Context, s *spec.Spec, t Tree, f *found) (*locked, error) {
	if f.lock == "" {
		return &locked{}, nil
	}
	l := newLocked(f.lock)
	err := l.read(ctx, s, t, f)
	if err == nil && f.original != "" {
		err = l.checkCompleted(ctx, s, t, f)
	}
	if err != nil {
		if errs := (spec.Errors{}); errors.As(err, &errs) || ctx.Err() != nil {
			return nil, err
		}
		return nil, fail(s, lockKey, "%w", err)
	}
	l.finish()
	if err := l.readMembers(ctx, t, f); err != nil {
		return nil, err
	}
	l.staleMembers(f)
	if err := l.findFiles(ctx, t, f); err != nil {
		return nil, err
	}
	l.checkSources(s)
	l.problems.inSpec(checkNames(s, "dependencies.extras", "extra", l.Path, s.Dependencies.Extras, l.extras))
	l.problems.inSpec(checkNames(s, "dependencies.groups", "dependency group", l.Path, s.Dependencies.Groups, l.groups))
	l.problems.inSpec(checkAllowed(s, l.Lock, declaredName(f.projectDir, f.files)))
	if err := l.problems.in(s); err != nil {
		return nil, err
	}
	return l, nil
}

func newLocked(lock string) *locked {
	return &locked{Lock: &Lock{Path: lock, Format: formatOf(lock), Manifests: []string{lock}}}
}

func (l *locked) read(ctx context.Context, s *spec.Spec, t Tree, f *found) error {
	if size := len(f.files[f.lock]); size > maxLock {
		return fmt.Errorf("%s has %d MiB (at most %d)", f.lock, size>>20, maxLock>>20)
	}
	switch l.Format {
	case UV:
		return readUV(s, f, l)
	case Pylock:
		return readPylock(f, l)
	case Requirements:
		return readRequirements(ctx, s, t, f, l)
	case Poetry:
		return readPoetry(f, l)
	case PDM:
		return readPDM(f, l)
	case Pipfile:
		return readPipfile(f, l)
	}
	return fmt.Errorf("%s: no format of locks", f.lock)
}

// finish checks what holds for all formats, and takes names and folders from the
// packages.
func (l *locked) finish() {
	l.checkPackages()
	for _, p := range l.packages {
		if p.Name != "" {
			l.Names = append(l.Names, p.Name)
		}
		if p.Marker == nil && l.graph == nil {
			l.always = append(l.always, p)
		}
		if p.Directory != nil && l.graph == nil {
			l.members = append(l.members, p.Directory.Path)
		}
	}
	l.Names, l.Manifests = sorted(l.Names), sorted(l.Manifests)
}

// readMembers reads the pyproject.toml of the folders that are installed.
func (l *locked) readMembers(ctx context.Context, t Tree, f *found) error {
	var wanted []string
	for _, dir := range l.members {
		if inContext(dir) {
			wanted = append(wanted, path.Join(dir, pyprojectFile))
		}
	}
	files, err := t.Files(ctx, wanted...)
	if err != nil {
		return err
	}
	maps.Copy(f.files, files)
	for _, name := range sorted(wanted) {
		if _, ok := files[name]; !ok {
			l.problems.addf(l.Path, 0, lockKey, "needs %s, which is not in the build context", name)
		}
	}
	for _, p := range l.packages {
		if p.Name == "" && p.Directory != nil {
			p.Name = projectName(p.Directory.Path, files)
		}
	}
	return nil
}

// projectName is the name of the project in a folder, or else that of the folder.
func projectName(dir string, files map[string][]byte) string {
	if name := declaredName(dir, files); name != "" {
		return name
	}
	return wheel.NormalName(path.Base(dir))
}

// declaredName is the name that a pyproject.toml gives, or empty.
func declaredName(dir string, files map[string][]byte) string {
	var p pyproject
	file := path.Join(dir, pyprojectFile)
	if err := unmarshal(file, files[file], &p); err != nil {
		return "" // it is reported where the file is needed
	}
	return p.name()
}

// checkAllowed makes sure that what the spec allows to packages is allowed to what is
// in the lock, or is the project itself: another name would silently allow nothing.
func checkAllowed(s *spec.Spec, l *Lock, own string) spec.Errors {
	var errs spec.Errors
	for _, list := range []struct {
		key   string
		names []string
	}{
		{allowSdistKey, s.Dependencies.AllowSdist},
		{"dependencies.allow_startup", s.Dependencies.AllowStartup},
	} {
		for i, name := range list.names {
			if name := wheel.NormalName(name); !slices.Contains(l.Names, name) && name != own {
				errs = append(errs, s.Errorf(fmt.Sprintf("%s[%d]", list.key, i), "no package %q in %s", name, l.Path))
			}
		}
	}
	return errs
}

// allowed tells whether a package may be built from source.
func allowed(s *spec.Spec, name string) bool {
	return slices.ContainsFunc(s.Dependencies.AllowSdist, func(a string) bool { return wheel.NormalName(a) == name })
}

// checkNames refuses names that the lock does not have, such as of extras.
func checkNames(s *spec.Spec, path, what, where string, names []string, have map[string]bool) spec.Errors {
	var errs spec.Errors
	for i, name := range names {
		if have[wheel.NormalName(name)] {
			continue
		}
		known := "it has none"
		if len(have) > 0 {
			known = "it has " + strings.Join(slices.Sorted(maps.Keys(have)), ", ")
		}
		errs = append(errs, s.Errorf(fmt.Sprintf("%s[%d]", path, i), "no %s %q in %s (%s)", what, name, where, known))
	}
	return errs
}

// headerLines are the lines, counted from 1, of the headers of an array of tables.
func headerLines(data []byte, array string) []int {
	var lines []int
	line := 0
	for text := range bytes.Lines(data) {
		line++
		text = bytes.TrimLeft(text, " \t")
		if inner, ok := bytes.CutPrefix(text, []byte("[[")); ok {
			inner, _, _ = bytes.Cut(inner, []byte("]]"))
			if string(bytes.TrimSpace(inner)) == array {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// lineOf is the line of a header. Packages that are written in another way than by
// headers are all in the first line.
func lineOf(lines []int, i int) int {
	if i < len(lines) {
		return lines[i]
	}
	return 1
}

// isSHA256 tells whether a hash can be held against the bytes that are downloaded.
func isSHA256(algorithm, hex string) bool {
	if algorithm != "sha256" || len(hex) != 64 {
		return false
	}
	for i := range len(hex) {
		if c := hex[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// maxErrors is how many problems are reported, as for the spec itself.
const maxErrors = 100

// orNil makes an error of the problems, if there are any.
func orNil(errs spec.Errors) error {
	if len(errs) == 0 {
		return nil
	}
	if more := len(errs) - maxErrors; more > 0 {
		last := &spec.Error{Filename: errs[0].Filename, Range: errs[0].Range, Msg: fmt.Sprintf("%d more errors", more)}
		errs = append(errs[:maxErrors:maxErrors], last)
	}
	return errs
}

// fail is the error for one problem.
func fail(s *spec.Spec, path, format string, args ...any) error {
	return spec.Errors{s.Errorf(path, format, args...)}
}
