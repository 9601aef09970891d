package wheel

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVersionsInOrder(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`
		no-version
		0.dev0 1.dev0 1.0.dev456 1.0a1.dev1 1.0a1 1.0a1.post0.dev1 1.0a1.post0 1.0a1.post1 1.0a2 1.0a12 1.0b1.dev1 1.0b2 1.0rc1
		1.0 1.0+abc 1.0+abc.5 1.0+abc.7 1.0+5 1.0+5.1 1.0.post0.dev1 1.0.post1.dev2 1.0.post1 1.0.post1+a 1.0.post1+b 1.0.1
		1.1.dev1 1.2 1.10 2024.1 99999999999999999999 100000000000000000000 1!0.5`)
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, CompareVersions)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEqualVersions(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"1", "1.0.0"},
		{"v1.0", "1.0"},
		{" 1.0 ", "1.0"},
		{"0!1.0", "1.0"},
		{"1.0-RC_1", "1.0c1"},
		{"1.0preview", "1.0rc0"},
		{"1.0-1", "1.0.post1"},
		{"1.0rev3", "1.0-R_3"},
		{"1.0.DEV", "1.0dev0"},
		{"1.0+Ubuntu-1_02", "1.0+ubuntu.1.2"},
		{"01.002", "1.2"},
	} {
		if got := CompareVersions(pair[0], pair[1]); got != 0 {
			t.Errorf("%s compared to %s: %d", pair[0], pair[1], got)
		}
	}
}

func TestParseVersionRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "v", "a", "1.", ".1", "1..2", "1.*", "1.0-", "1.0--1", "1.0+", "1.0+a+b", "1.0+a..b", "1.0+a.", "1.0 a1",
		"1!", "!1", "1.0rc1rc2", "1.0.dev1.post1", "1.0x", "١.0", "1.0+\u212a", "1,0", "1.0\n2",
	} {
		if v, err := ParseVersion(text); err == nil {
			t.Errorf("%q is taken: %s", text, v)
		}
	}
}

func TestSpecifiersContain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, specifiers string
		in, out          string // versions
	}{
		{"nothing", "", "0 1.0rc1 no-version", ""},
		{"range", ">=3.9,<4", "3.9 3.9.post1 3.13.5 3.10a1", "3.8.20 4.0 3.9rc1 4.0a1 no-version"},
		{"spaces and empty parts", " >= 3.9 , , < 4 ,", "3.9", "4"},
		{"less excludes pre-releases of the bound", "<1.0", "0.9 0.9.post1", "1.0a1 1.0.dev1 1.0"},
		{"less than a pre-release", "<1.0b2", "1.0a9 1.0b1 1.0.dev1", "1.0b2 1.0"},
		{"less than a post-release", "<1.0.post2", "1.0 1.0.post1", "1.0.post2.dev1 1.0.post2"},
		{"greater excludes post-releases and local ones of the bound", ">1.0", "1.0.1 1.1.dev1", "1.0 1.0.post1 1.0+cpu"},
		{"greater than a post-release", ">1.0.post1", "1.0.post2 1.1", "1.0.post1 1.0.post1+cpu"},
		{"greater than a development release", ">1.0.dev1", "1.0.dev2 1.0", "1.0.dev1"},
		{"at most takes local ones", "<=1.0", "1.0 1.0+cpu 1.0a1", "1.0.post1 1.0.1"},
		{"equal takes local ones", "==1.0", "1.0 1 1.0.0 1.0+cpu", "1.0.1 1.0.post1"},
		{"equal to a local one", "==1.0+cpu", "1.0+CPU 1.0.0+cpu", "1.0 1.0+cuda"},
		{"not equal", "!=1.0", "1.0.post1 1.1", "1.0 1.0+cpu"},
		{"prefix", "==1.0.*", "1.0 1 1.0.5 1.0a1 1.0.post1 1.0.dev1 1.0+cpu", "1.1 1.10 1!1.0"},
		{"not the prefix", "!=1.*", "2.0 1!1.0", "1 1.5a1"},
		{"compatible release", "~=2.2", "2.2 2.3 2.2.post3 2.10", "2.1 3.0 3.0a1 2.2rc1"},
		{"compatible release of three numbers", "~=1.4.5a4", "1.4.5a4 1.4.5 1.4.9", "1.4.4 1.5 1.5.dev1"},
		{"arbitrary equality", "===1.0-Special", "1.0-special", "1.0 1.0.0"},
		{"epochs", ">=1!0", "1!0 1!1.0 2!0", "2024.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := ParseSpecifiers(test.specifiers)
			if err != nil {
				t.Fatal(err)
			}
			if s.String() != test.specifiers {
				t.Errorf("String is %q", s)
			}
			for version := range strings.FieldsSeq(test.in) {
				if !s.Contains(version) {
					t.Errorf("%s is not in", version)
				}
			}
			for version := range strings.FieldsSeq(test.out) {
				if s.Contains(version) {
					t.Errorf("%s is in", version)
				}
			}
		})
	}
}

func TestParseSpecifiersRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"3.9", "an operator of PEP 440"},
		{"=3.9", "an operator of PEP 440"},
		{"^3.9", "an operator of PEP 440"},
		{">=3.9 <4", "no version"},
		{">=3.9;<4", "no version"},
		{">=", `"": no version`},
		{">=3.*", ".* goes with == and != alone"},
		{"==3.0a1.*", ".* comes after release numbers alone"},
		{"==3.0.post1.*", ".* comes after release numbers alone"},
		{"==3.0+cpu.*", ".* comes after release numbers alone"},
		{">=3.0+cpu", "a local version goes with == and != alone"},
		{"~=3", "~= needs two numbers at least, such as ~=3.0"},
		{"===a b", "=== takes text without spaces"},
	} {
		if _, err := ParseSpecifiers(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}
