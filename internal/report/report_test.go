package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/report"
)

func TestSlimIsOneLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		removed []report.Removal
		want    string
	}{
		{"nothing", nil, "nothing less"},
		{"next to nothing", []report.Removal{{Path: "/a", Rule: "tests", Bytes: 49_000}}, "nothing less"},
		{
			"rules by their bytes, in all layers",
			[]report.Removal{{Path: "/a", Rule: "tests", Bytes: 900_000}, {Path: "/b", Rule: "debug-symbols", Bytes: 2_000_000}, {Path: "/c", Rule: "tests", Bytes: 200_000}},
			"3.1 MB less: debug-symbols 2.0, tests 1.1",
		},
		{
			"five of them",
			[]report.Removal{
				{Path: "/a", Rule: "a", Bytes: 6e6},
				{Path: "/b", Rule: "b", Bytes: 5e6},
				{Path: "/c", Rule: "c", Bytes: 4e6},
				{Path: "/d", Rule: "d", Bytes: 3e6},
				{Path: "/e", Rule: "e", Bytes: 2e6},
				{Path: "/f", Rule: "f", Bytes: 1e6},
				{Path: "/g", Rule: "g", Bytes: 1000},
			},
			"21.0 MB less: a 6.0, b 5.0, c 4.0, d 3.0, e 2.0, 2 more rules 1.0",
		},
		{
			"without what rounds to nothing",
			[]report.Removal{{Path: "/a", Rule: "a", Bytes: 6e6}, {Path: "/b", Rule: "b", Bytes: 40_000}, {Path: "/c", Rule: "c", Bytes: 2000}},
			"6.0 MB less: a 6.0",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var m report.Image
			for _, r := range tt.removed {
				m.Add(&report.Layer{Removed: []report.Removal{r}})
			}
			if got := m.Slim(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBiggestPartsAndWhatIsBesideThem(t *testing.T) {
	t.Parallel()
	var m report.Image
	m.Add(&report.Layer{Name: "the base", Bytes: 80})
	m.Add(&report.Layer{Name: "packages", Bytes: 100, Parts: []report.Part{{Name: "a 1", Bytes: 60, Package: true}, {Name: "b 1", Bytes: 10, Package: true}}})
	if diff := cmp.Diff([]report.Part{{Name: "the base", Bytes: 80}, {Name: "a 1", Bytes: 60, Package: true}, {Name: "packages", Bytes: 30}}, m.Biggest(3)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]report.Part{{Name: "a 1", Bytes: 60, Package: true}}, m.BiggestPackages(1)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if m.Size != 180 || m.Packages != 2 {
		t.Errorf("got %d bytes, %d packages", m.Size, m.Packages)
	}
}

// Two reports of the same are the same file, in whatever order they were made.
func TestWriteDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	a := report.Layer{Parts: []report.Part{{Name: "a"}, {Name: "b"}}, Removed: []report.Removal{{Path: "/a", Rule: "x"}, {Path: "/b", Rule: "x"}}, Warnings: []string{"1", "2"}}
	b := report.Layer{Parts: []report.Part{{Name: "b"}, {Name: "a"}}, Removed: []report.Removal{{Path: "/b", Rule: "x"}, {Path: "/a", Rule: "x"}}, Warnings: []string{"2", "1"}}
	var texts []string
	for _, l := range []report.Layer{a, b} {
		name := filepath.Join(t.TempDir(), "report.json")
		if err := l.Write(name); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil || info.ModTime().Unix() != 0 {
			t.Errorf("%v, %v", info, err)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
		if _, err := report.Read(name); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		t.Errorf("-first +second:\n%s", diff)
	}
}
