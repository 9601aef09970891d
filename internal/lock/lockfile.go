package lock

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keelback/keelback/spec"
)

// maxLock is the size over which a lock is refused: no lock of a service is near it.
const maxLock = 16 << 20

func readLock(ctx context.Context, s *spec.Spec, t Tree, f *found) (*Lock, error) {
	l := &Lock{Path: f.lock, Format: formatOf(f.lock), Manifests: []string{f.lock}}
	data := f.files[f.lock]
	if len(data) > maxLock {
		return nil, spec.Errors{s.Errorf("dependencies.lock", "%s has %d MiB (at most %d)", f.lock, len(data)>>20, maxLock>>20)}
	}
	var err error
	switch l.Format {
	case UV:
		err = readUV(ctx, s, t, f, l)
	case Pylock:
		err = readPylock(s, f, l)
	case Requirements:
		err = readRequirements(ctx, s, t, f, l)
	}
	if err != nil {
		return nil, err
	}
	l.Names, l.Manifests = sorted(l.Names), sorted(l.Manifests)
	return l, checkAllowed(s, l)
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

// lineOf is the line, counted from 1, that a text first stands on; 1 when it is
// nowhere.
func lineOf(data []byte, text string) int {
	i := bytes.Index(data, []byte(text))
	if i < 0 {
		return 1
	}
	return 1 + bytes.Count(data[:i], []byte("\n"))
}

// isSHA256 tells whether a hash can be held against the bytes that are downloaded.
func isSHA256(algorithm, hex string) bool {
	return algorithm == "sha256" && len(hex) == 64
}

// orNil makes an error of the problems, if there are any.
func orNil(errs spec.Errors) error {
	if len(errs) == 0 {
		return nil
	}
	return errs
}
