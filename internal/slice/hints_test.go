package slice

import (
	"path"
	"regexp"
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
		if apk, debian := packageOf(tt.library, true), packageOf(tt.library, false); apk != tt.apk || debian != tt.debian {
			t.Errorf("%s: got %q and %q, want %q and %q", tt.library, apk, debian, tt.apk, tt.debian)
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
