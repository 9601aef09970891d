package rootfs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
)

func TestPathsThatClash(t *testing.T) {
	t.Parallel()
	type entry struct {
		name  string
		isDir bool
	}
	tests := []struct {
		name          string
		first, second entry
		want          string
	}{
		{"a file twice", entry{"/a/x", false}, entry{"/a/x", false}, "/a/x"},
		{"a directory twice", entry{"/a/x", true}, entry{"/a/x", true}, ""},
		{"another case", entry{"/a/x", false}, entry{"/A/X", false}, "/a/x"},
		{"directories in two cases", entry{"/a/x", false}, entry{"/A/y", false}, ""},
		{"letters composed or not", entry{"a/\u00e9", false}, entry{"a/e\u0301", false}, "a/\u00e9"},
		{"cases that are not of one length", entry{"\u212a", false}, entry{"k", false}, "\u212a"},
		{"a directory where a file is", entry{"a", false}, entry{"A/x", false}, "a"},
		{"a file where a directory is", entry{"a/x", false}, entry{"A", false}, "a"},
		{"an empty directory where a file is", entry{"a", false}, entry{"a", true}, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var paths rootfs.Paths
			if clash := paths.Add(tt.first.name, tt.first.isDir); clash != "" {
				t.Fatalf("clashes with %s", clash)
			}
			if diff := cmp.Diff(tt.want, paths.Add(tt.second.name, tt.second.isDir)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
