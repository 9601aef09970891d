package lock

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/wheel"
)

func TestConstraintAllows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ constraint, in, out string }{
		{"", "0 1.2 2.0rc1", ""},
		{"*", "0 1.2 2.0rc1", ""},
		{"1.2", "1.2 1.2.0 1.2+local", "1.2.1 1.3"},
		{"=1.2", "1.2", "1.3"},
		{"==1.2", "1.2", "1.3"},
		{"^1.2.3", "1.2.3 1.9", "1.2.2 2.0 2.0rc1"},
		{"^1", "1.0 1.9", "0.9 2.0"},
		{"^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3"},
		{"^0.2", "0.2 0.2.9", "0.1 0.3"},
		{"^0.0.3", "0.0.3 0.0.3.1", "0.0.2 0.0.4"},
		{"^0.0", "0.0 0.0.9", "0.1"},
		{"^0", "0.0 0.9", "1.0"},
		{"^0.0.0.4", "0.0.0.4", "0.0.1"},
		{"^ 1.2", "1.2", "2.0"},
		{"^1.0b1", "1.0b1 1.0 1.5", "1.0a1 2.0"},
		{"^1!2.3", "1!2.3 1!2.9", "2.3 1!3.0"},
		{"^v1.2", "1.2", "2.0"},
		{"~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3"},
		{"~1.2", "1.2 1.2.9", "1.3"},
		{"~1", "1.0 1.9", "2.0"},
		{"~=1.4.2", "1.4.2 1.4.9", "1.5"},
		{"1.*", "1.0 1.9", "2.0"},
		{"1.2.*", "1.2 1.2.9", "1.3"},
		{"1.x", "1.0 1.9", "2.0"},
		{"==1.2.*", "1.2.9", "1.3"},
		{"!=1.2.*", "1.1 1.3", "1.2 1.2.9"},
		{"!=1.2", "1.1 1.2.1", "1.2"},
		{">=1,<2", "1 1.9", "0.9 2.0"},
		{">=1, <2", "1 1.9", "0.9 2.0"},
		{">= 1 , < 2,", "1 1.9", "0.9 2.0"},
		{">1.0 <=1.5", "1.1 1.5", "1.0 1.6"},
		{"<1 || >=2", "0.9 2.0", "1.0 1.9"},
		{"<1|>=2,<3", "0.9 2.0", "1.0 3.0"},
		{"~2.7 || ^3.4", "2.7.18 3.9", "2.6 3.3 4.0"},
	} {
		got, err := parseConstraint(c.constraint)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, v := range strings.Fields(c.in) {
			if !got.allows(v) {
				t.Errorf("%q does not allow %s", c.constraint, v)
			}
		}
		for _, v := range strings.Fields(c.out) {
			if got.allows(v) {
				t.Errorf("%q allows %s", c.constraint, v)
			}
		}
	}
}

func TestConstraintIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		">>1", "^", "^x.y", "^latest", "1 2 @", "1.0 - 2.0;", "<>1", "~=1", "^99999999999999999999", ">=1.*.2",
	} {
		if c, err := parseConstraint(text); err == nil {
			t.Errorf("%q is read as %v", text, c)
		}
	}
}

func TestConstraintOnPythonAsSpecifierAndMarker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ constraint, specifier, marker string }{
		{"*", "", ""},
		{"^3.9", ">=3.9,<4", ""},
		{">=3.11", ">=3.11", "python_version >= '3.11'"},
		{"<3.11", "<3.11", "python_version < '3.11'"},
		{"~3.12", ">=3.12,<3.13", "python_version >= '3.12' and python_version < '3.13'"},
		{"3.12", "==3.12", "python_version == '3.12'"},
		{"3.12.*", "==3.12.*", "python_version == '3.12'"},
		{"!=3.12.*", "!=3.12.*", "python_version != '3.12'"},
		{"!=3.12", "!=3.12", "python_full_version != '3.12'"},
		{"<=3.12", "<=3.12", "python_full_version <= '3.12'"},
		{">3.12", ">3.12", "python_full_version > '3.12'"},
		{">=3.11.3", ">=3.11.3", "python_full_version >= '3.11.3'"},
		{">=2.7,!=3.0.*", ">=2.7,!=3.0.*", ""},
		{"~2.7 || ^3.4", "", ""},
		{"~3.10 || ~3.12", "!=3.9.*,!=3.11.*,!=3.13.*,!=3.14.*", "(python_version >= '3.10' and python_version < '3.11') or (python_version >= '3.12' and python_version < '3.13')"},
	} {
		got, err := parseConstraint(c.constraint)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff([]string{c.specifier, c.marker}, []string{got.specifier(), got.marker().String()}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.constraint, diff)
		}
	}
}

// FuzzConstraint makes sure that what is read has a specifier and a marker.
func FuzzConstraint(f *testing.F) {
	for _, seed := range []string{"*", "^1.2.3", "~1", "1.*", ">=2.7,!=3.0.*,<4", "~2.7 || ^3.4", "~=1.4", "^1!2", ">= 1 <2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConstraint(text)
		if err != nil {
			return
		}
		if _, err := wheel.ParseSpecifiers(c.specifier()); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if m := c.marker(); !m.constant(false) {
			if _, err := wheel.ParseMarker(m.String()); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
