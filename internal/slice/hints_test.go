package slice

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestPackageOfALibrary(t *testing.T) {
	t.Parallel()
	tests := []struct{ library, apk, debian string }{
		{"libGL.so.1", "mesa-gl", "libgl1"},
		{"libgthread-2.0.so.0", "glib", "libglib2.0-0t64"},
		{"libgirepository-2.0.so.0", "glib", "libgirepository-2.0-0"},
		{"libgomp.so.1.0.0", "libgomp", "libgomp1"},
		{"libcrypto.so.3", "libcrypto3", "libssl3t64"},
		{"libcrypto.so.1.1", "", ""},
		{"libjpeg.so.62", "", "libjpeg62-turbo"},
		{"magic", "libmagic", "libmagic1t64"},
		{"gobject-2.0", "glib", "libglib2.0-0t64"},
		{"nowhere", "", ""},
	}
	for _, tt := range tests {
		if apk, debian := packageOf(tt.library, true, nil), packageOf(tt.library, false, nil); apk != tt.apk || debian != tt.debian {
			t.Errorf("%s: got %q and %q, want %q and %q", tt.library, apk, debian, tt.apk, tt.debian)
		}
	}
}

func TestPackageOfALibraryInARelease(t *testing.T) {
	t.Parallel()
	tests := []struct{ library, debian13, debian12 string }{
		{"magic", "libmagic1t64", "libmagic1"},
		{"libcurl-gnutls.so.4", "libcurl3t64-gnutls", "libcurl3-gnutls"},
		{"libxmlsec1-openssl.so.1", "libxmlsec1t64-openssl", "libxmlsec1-openssl"},
		{"libpq.so.5", "libpq5", "libpq5"},
		{"libgeos_c.so.1", "libgeos-c1t64", "libgeos-c1v5"},
		{"libaio.so.1", "", "libaio1"},
		{"aio", "libaio1t64", "libaio1"},
		{"libldap.so.2", "libldap2", ""},
	}
	for _, tt := range tests {
		for _, r := range []struct{ id, version, want string }{
			{"debian", "13", tt.debian13},
			{"debian", "14", tt.debian13},
			{"debian", "", tt.debian13},
			{"debian", "12", tt.debian12},
			{"debian", "11", tt.debian12},
			{"ubuntu", "24.04", tt.debian13},
			{"ubuntu", "22.04", tt.debian12},
		} {
			if got := packageOf(tt.library, false, map[string]string{"ID": r.id, "VERSION_ID": r.version}); got != r.want {
				t.Errorf("%s in %s %s: got %q, want %q", tt.library, r.id, r.version, got, r.want)
			}
		}
	}
}

func TestHintsForOlderReleasesAreOfOnesThatThereAre(t *testing.T) {
	t.Parallel()
	for _, h := range hints() {
		if name := h.of(map[string]string{"ID": "debian", "VERSION_ID": "12"}); strings.Contains(name, "t64") {
			t.Errorf("%s: %s came with Debian 13", h.library, name)
		}
	}
}

var systemPackage = regexp.MustCompile(`^[a-z0-9][a-z0-9+._-]*$`)

func TestHintsAreOfOneLibraryEach(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, h := range hints() {
		if _, err := path.Match(h.library, ""); err != nil || seen[h.library] {
			t.Errorf("%s: there twice, or no pattern: %v", h.library, err)
		}
		seen[h.library] = true
		for _, name := range []string{h.apk, h.debian} {
			if name != "" && !systemPackage.MatchString(name) {
				t.Errorf("%s: %q is no name of a package", h.library, name)
			}
		}
		if h.apk+h.debian == "" {
			t.Errorf("%s: no package has it", h.library)
		}
	}
}
