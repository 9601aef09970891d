package elf_test

import (
	"testing"

	"github.com/keelback/keelback/internal/elf"
)

func TestSignedFilesAreToldByTheirSignature(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, sibling string
		want          bool
	}{
		{"nss/libfreebl3.so", "nss/libfreebl3.chk", true},
		{"nss/libfreebl3.so", "nss/libfreebl3.so.chk", true},
		{"/usr/lib/libq.so.1", "/usr/lib/.libq.so.1.hmac", true},
		{"/usr/lib/libq.so.1", "/usr/lib/libq.so.1.hmac", true},
		{"tool", "tool.hmac", true},
		{"ossl-modules/fips.so", "", true},
		{"ossl-modules/legacy.so", "ossl-modules/fips.so", false},
		{"nss/libnss3.so", "nss/libfreebl3.chk", false},
		{"nss/libfreebl3.so", "libfreebl3.chk", false},
		{"nss/libfreebl3.so", "", false},
	}
	for _, tt := range tests {
		has := func(name string) bool { return name == tt.sibling }
		if got := elf.IsSigned(tt.name, has); got != tt.want {
			t.Errorf("%s beside %s: got %v, want %v", tt.name, tt.sibling, got, tt.want)
		}
	}
}
