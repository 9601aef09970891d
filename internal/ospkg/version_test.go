package ospkg

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
)

func TestVersionsOfDebianInOrder(t *testing.T) {
	t.Parallel()
	versions := []string{
		"0.9~rc1", "0.9~rc1-1", "0.9", "0.9-1", "0.9-1+deb13u1", "0.9-2", "0.9-10", "0.9a", "0.9+git1", "0.9.0", "0.09.1", "1.0-1",
		"1.0-1.1", "2:0.1", "2:0.1-1", "10:0",
	}
	for i, a := range versions {
		for j, b := range versions {
			if got, want := compareDebian(a, b), cmp.Compare(i, j); got != want {
				t.Errorf("%s and %s: got %d, want %d", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "0:1.0"}, {"1.01", "1.1"}, {"1.0", "1.00"}} {
		if got := compareDebian(same[0], same[1]); got != 0 {
			t.Errorf("%s and %s: got %d, want 0", same[0], same[1], got)
		}
	}
}

func TestDependenciesAreRead(t *testing.T) {
	t.Parallel()
	got := depends("Package: x\nPre-Depends: dpkg (>= 1.15~)\nDepends: libc6:any (>= 2.34), a | b (<< 2) , c (= 1:2-3)\n")
	want := "[[dpkg (>= 1.15~)] [libc6 (>= 2.34)] [a b (<< 2)] [c (= 1:2-3)]]"
	if text := fmt.Sprint(got); text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	for _, tt := range []struct {
		operator string
		less     bool
		same     bool
		more     bool
	}{
		{"", true, true, true},
		{"<<", true, false, false},
		{"<=", true, true, false},
		{"=", false, true, false},
		{">=", false, true, true},
		{">>", false, false, true},
	} {
		r := relation{name: "x", operator: tt.operator, version: "2"}
		if r.met("1") != tt.less || r.met("2") != tt.same || r.met("3") != tt.more {
			t.Errorf("%s: got %t, %t, %t", r, r.met("1"), r.met("2"), r.met("3"))
		}
	}
}

func TestOneAlternativeIsEnough(t *testing.T) {
	t.Parallel()
	has := func(versions ...string) *dpkgDB {
		db := &dpkgDB{stanzas: map[string]string{}}
		for _, v := range versions {
			name, version, _ := strings.Cut(v, "=")
			db.stanzas[name] = "Package: " + name + "\nVersion: " + version + "\n"
		}
		return db
	}
	const other = "x: needs a (>= 2), and the runtime base has 1 (both images have to be of one state of the release)"
	tests := []struct {
		name          string
		base, builder *dpkgDB
		want, err     string
	}{
		{"the base has the first", has("a=2"), has("a=2"), "", ""},
		{"the base has the second", has("a=1", "b=5"), has("a=1", "b=5"), "", ""},
		{"the builder has the second", has("a=1"), has("a=1", "b=5"), "b", ""},
		{"the builder has an old one and the second", has(), has("a=1", "b=5"), "b", ""},
		{"the base has an old one", has("a=1"), has("a=2"), "", other},
		{"nobody has one", has(), has("a=1"), "", "x: needs a (>= 2), which is not installed in the builder"},
	}
	for _, tt := range tests {
		got, err := tt.builder.choose(tt.base, map[string]string{}, "x", []relation{{"a", ">=", "2"}, {name: "b"}})
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != tt.want || text != tt.err {
			t.Errorf("%s: got %q, %q, want %q, %q", tt.name, got, text, tt.want, tt.err)
		}
	}
}

func FuzzCompareDebian(f *testing.F) {
	f.Add("1:2.0~rc1-1+b1", "2.0-1")
	f.Add("", "~")
	f.Fuzz(func(t *testing.T, a, b string) {
		if compareDebian(a, b) != -compareDebian(b, a) || compareDebian(a, a) != 0 {
			t.Errorf("%q and %q: %d and %d", a, b, compareDebian(a, b), compareDebian(b, a))
		}
	})
}
