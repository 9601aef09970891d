package slim

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/report"
)

func TestRemovalsAreFoldersWhereOneRuleTookAll(t *testing.T) {
	t.Parallel()
	var r Removals
	r.Add("/lib/pkg/tests/a.py", "tests", 1)
	r.Add("/lib/pkg/tests/data/b.csv", "tests", 2)
	r.Add("/lib/pkg/mixed/c.py", "tests", 4)
	r.Add("/lib/pkg/mixed/d.c", "sources", 8)
	r.Add("/lib/pkg/kept/e.py", "", 16)
	r.Add("/lib/pkg/kept/f.c", "sources", 32)
	r.Add("/lib/gone/x/g.py", "gone", 64)
	r.Add("/lib/gone/h.py", "gone", 128)
	r.Add("/lib/i.py", "gone", 256)
	want := []report.Removal{
		{Path: "/lib/pkg/tests", Rule: "tests", Bytes: 3},
		{Path: "/lib/pkg/mixed/c.py", Rule: "tests", Bytes: 4},
		{Path: "/lib/pkg/mixed/d.c", Rule: "sources", Bytes: 8},
		{Path: "/lib/pkg/kept/f.c", Rule: "sources", Bytes: 32},
		{Path: "/lib/gone", Rule: "gone", Bytes: 192},
		{Path: "/lib/i.py", Rule: "gone", Bytes: 256},
	}
	if diff := cmp.Diff(want, r.List("/lib")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRemovalsNeverGiveTheFolderTheyAreListedIn(t *testing.T) {
	t.Parallel()
	var r Removals
	r.Add("/lib/a.py", "gone", 1)
	r.Add("/lib/b.py", "gone", 2)
	want := []report.Removal{{Path: "/lib/a.py", Rule: "gone", Bytes: 1}, {Path: "/lib/b.py", Rule: "gone", Bytes: 2}}
	if diff := cmp.Diff(want, r.List("/lib")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
