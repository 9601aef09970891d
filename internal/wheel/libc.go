package wheel

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

const (
	// muslVersion is musl's __libc_version, a constant of its own among others. Builds
	// between two releases append what `git describe` says.
	muslVersion = `\x00(1)\.([0-9]{1,3})\.[0-9]{1,3}(?:-git-[0-9]+-g[0-9a-f]+)?\x00`

	// glibcVersion is glibc's banner, which running libc.so.6 prints. Distributions put
	// their own version between brackets.
	glibcVersion = `GNU C Library [^\x00\n]{0,200}release version ([0-9]{1,3})\.([0-9]{1,3})[^0-9]`
)

// LibcFromMusl reads the version out of the bytes of musl's loader, which is its C
// library too: /lib/ld-musl-ARCH.so.1.
func LibcFromMusl(data []byte) (Libc, error) {
	if !bytes.Contains(data, []byte("musl libc")) {
		return Libc{}, errors.New("no loader of musl (/lib/ld-musl-*.so.1)")
	}
	l, err := libcVersion(data, muslVersion)
	l.Musl = true
	return l, err
}

// LibcFromGlibc reads the version out of the bytes of glibc's libc.so.6.
func LibcFromGlibc(data []byte) (Libc, error) { return libcVersion(data, glibcVersion) }

// libcVersion finds the one version that a library says it has. Two that differ would
// leave open which wheels run, so that they are an error.
func libcVersion(data []byte, pattern string) (Libc, error) {
	var found Libc
	re, err := regexp.Compile(pattern)
	if err != nil {
		return found, err
	}
	matches := re.FindAllSubmatch(data, -1)
	if len(matches) == 0 {
		return found, errors.New("it does not say its version (a C library that is not stripped of its banner)")
	}
	for i, m := range matches {
		major, _ := strconv.Atoi(string(m[1]))
		minor, _ := strconv.Atoi(string(m[2]))
		l := Libc{Major: major, Minor: minor}
		if i > 0 && l != found {
			return Libc{}, fmt.Errorf("it has two versions: %d.%d and %d.%d (one)", found.Major, found.Minor, l.Major, l.Minor)
		}
		found = l
	}
	return found, nil
}
