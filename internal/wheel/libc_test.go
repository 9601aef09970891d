package wheel

import (
	"strings"
	"testing"
)

const (
	muslBanner = "\x00127.0.0.1\x00musl libc (x86_64)\nVersion %s\nDynamic Program Loader\nUsage: %s [options] [--] pathname%s\n\x00"
	debian     = "GNU C Library (Debian GLIBC 2.41-12+deb13u4) stable release version 2.41.\nCopyright (C) 2025"
)

func TestLibcFromMusl(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, data, want string }{
		{"release", muslBanner + "\x001.2.5\x00", "musl 1.2"},
		{"two digits", muslBanner + "\x001.10.12\x00", "musl 1.10"},
		{"between releases", muslBanner + "\x001.2.5-git-12-gabc123\x00", "musl 1.2"},
		{"said twice", muslBanner + "\x001.2.5\x00x\x001.2.4\x00", "musl 1.2"},
		{"not said", muslBanner + "\x002.0\x001.2\x0011.2.3\x00", ": it does not say its version"},
		{"said otherwise each time", muslBanner + "\x001.2.5\x00x\x001.1.0\x00", ": it has two versions: 1.2 and 1.1"},
		{"glibc", debian + "\x001.2.5\x00", ": no loader of musl"},
		{"nothing", "", ": no loader of musl"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, err := LibcFromMusl([]byte(test.data))
			checkLibc(t, l, err, test.want)
		})
	}
}

func TestLibcFromGlibc(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, data, want string }{
		{"Debian", "\x00" + debian, "glibc 2.41"},
		{"Ubuntu", "GNU C Library (Ubuntu GLIBC 2.35-0ubuntu3.8) stable release version 2.35.\n", "glibc 2.35"},
		{"no distribution", "GNU C Library (GNU libc) stable release version 2.36.\n", "glibc 2.36"},
		{"between releases", "GNU C Library (GNU libc) development release version 2.42.9000.\n", "glibc 2.42"},
		{"only symbols", "GLIBC_2.17\x00GLIBC_2.34\x00", ": it does not say its version"},
		{"banner of another part", "GNU C Library\x00 release version 2.36.", ": it does not say its version"},
		{"musl", muslBanner + "\x001.2.5\x00", ": it does not say its version"},
		{"two that differ", debian + "\x00" + strings.ReplaceAll(debian, "2.41.", "2.36."), ": it has two versions: 2.41 and 2.36"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, err := LibcFromGlibc([]byte(test.data))
			checkLibc(t, l, err, test.want)
		})
	}
}

// checkLibc compares with a library's name, or after a colon with a part of an error.
func checkLibc(t *testing.T, got Libc, err error, want string) {
	t.Helper()
	part, fails := strings.CutPrefix(want, ": ")
	switch {
	case fails && (err == nil || !strings.Contains(err.Error(), part)):
		t.Errorf("%s, %v, want an error with %q", got, err, part)
	case !fails && (err != nil || got.String() != want):
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}
