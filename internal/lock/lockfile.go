package lock

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/spec"
)

// maxLock is the size over which a lock is refused: no lock of a service is near it.
const maxLock = 16 << 20

// locked is what was read of a lock.
type locked struct {
	*Lock
	requiresPython string
	members        []string // folders of the projects that it installs, from its own
	buildGroup     []string // names in its group for building
}

func readLock(ctx context.Context, s *spec.Spec, t Tree, f *found) (*locked, error) {
	if f.lock == "" {
		return &locked{}, nil
	}
	l := &locked{Lock: &Lock{Path: f.lock, Format: formatOf(f.lock), Manifests: []string{f.lock}}}
	if size := len(f.files[f.lock]); size > maxLock {
		return nil, fail(s, "dependencies.lock", "%s has %d MiB (at most %d)", f.lock, size>>20, maxLock>>20)
	}
	var err error
	switch l.Format {
	case UV:
		err = readUV(ctx, s, t, f, l)
	case Pylock:
		err = readPylock(s, f, l)
	case Requirements:
		err = readRequirements(ctx, s, t, f, l.Lock)
	}
	if err != nil {
		return nil, err
	}
	l.Names, l.LocalNames, l.Manifests = sorted(l.Names), sorted(l.LocalNames), sorted(l.Manifests)
	return l, checkAllowed(s, l.Lock)
}

// checkAllowed makes sure that allow_sdist names what is in the lock: a name that
// is not would silently allow nothing.
func checkAllowed(s *spec.Spec, l *Lock) error {
	var errs spec.Errors
	for i, name := range s.Dependencies.AllowSdist {
		if !slices.Contains(l.Names, normalize(name)) {
			errs = append(errs, s.Errorf(fmt.Sprintf("dependencies.allow_sdist[%d]", i), "no package %q in %s", name, l.Path))
		}
	}
	return orNil(errs)
}

// allowed tells whether a package may be built from source.
func allowed(s *spec.Spec, name string) bool {
	return slices.ContainsFunc(s.Dependencies.AllowSdist, func(a string) bool { return normalize(a) == name })
}

// checkNames refuses names that the lock does not have, such as of extras.
func checkNames(s *spec.Spec, path, what, where string, names []string, have map[string]bool) spec.Errors {
	var errs spec.Errors
	for i, name := range names {
		if have[normalize(name)] {
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

func place(name string, row, column int) string {
	return fmt.Sprintf("%s:%d:%d: ", name, row, column)
}

// headerLines are the lines, counted from 1, of the headers of an array of tables.
func headerLines(data []byte, array string) []int {
	header := regexp.MustCompile(`(?m)^[ \t]*\[\[[ \t]*` + array + `[ \t]*\]\]`)
	var lines []int
	line, last := 1, 0
	for _, at := range header.FindAllIndex(data, -1) {
		line += bytes.Count(data[last:at[0]], []byte("\n"))
		last = at[0]
		lines = append(lines, line)
	}
	return lines
}

// isSHA256 tells whether a hash can be held against the bytes that are downloaded.
func isSHA256(algorithm, hex string) bool {
	return algorithm == "sha256" && len(hex) == 64
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
