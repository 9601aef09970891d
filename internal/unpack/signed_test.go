package unpack_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/slim"
)

// A library that checks its own bytes would refuse to work.
func TestLibrariesThatAreSignedAreNotStripped(t *testing.T) {
	t.Parallel()
	data := library("debug")
	native := map[string][]byte{
		"a/libfreebl3.so": data, "a/libfreebl3.chk": []byte("sum"),
		"a/libq.so.1": data, "a/.libq.so.1.hmac": []byte("sum"),
		"a/ossl-modules/fips.so": data, "a/plain.so": data,
	}
	const file = "a-1.0-py3-none-any.whl"
	out, res := slimmed(t, slim.Options{Level: slim.Safe}, map[string]archive{file: nativeWheel(t, file, "", native)})
	checkRecords(t, out)
	for member, before := range native {
		after, err := os.ReadFile(filepath.Join(out, site, member))
		if err != nil {
			t.Fatal(err)
		}
		if isSame := string(after) == string(before); isSame == (member == "a/plain.so") {
			t.Errorf("%s: %d bytes, from %d", member, len(after), len(before))
		}
	}
	want := []report.Removal{{Path: site + "a/plain.so", Rule: slim.DebugSymbols, Bytes: res.Removed[0].Bytes}}
	if diff := cmp.Diff(want, res.Removed); diff != "" {
		t.Errorf("removed -want +got:\n%s", diff)
	}
}
