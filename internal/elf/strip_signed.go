package elf

import (
	"path"
	"slices"
	"strings"
)

// IsSigned reports whether a file is one that checks all its bytes when it is loaded,
// and refuses to work when one has changed. That is told by the signature beside it, of
// NSS (NAME.chk) or of libraries for FIPS 140 (.NAME.hmac), or by the name of OpenSSL's
// module. Has reports whether there is a file at a path.
func IsSigned(name string, has func(name string) bool) bool {
	dir, base := path.Split(name)
	stem, _, _ := strings.Cut(base, ".so")
	return base == "fips.so" || slices.ContainsFunc(
		[]string{base + ".chk", stem + ".chk", "." + base + ".hmac", base + ".hmac"},
		func(sibling string) bool { return has(dir + sibling) },
	)
}
