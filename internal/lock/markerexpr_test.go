package lock

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/wheel"
)

func parseExpr(t *testing.T, text string) markerExpr {
	t.Helper()
	m, err := parseMarkerExpr(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMarkerExprIsWrittenInOneForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "",
		"*":                       "",
		"<empty>":                 "<empty>",
		`python_version < "3.11"`: "python_version < '3.11'",
		`os_name == "it's"`:       `os_name == "it's"`,
		`'linux' in sys_platform`: "'linux' in sys_platform",
		`os_name not  in 'nt'`:    "os_name not in 'nt'",
		`os_name == 'a' and (os_name == 'b' and os_name == 'a')`:             "os_name == 'a' and os_name == 'b'",
		`os_name == 'a' or os_name == 'b' and os_name == 'c'`:                "os_name == 'a' or (os_name == 'b' and os_name == 'c')",
		`(os_name == 'a' or os_name == 'b') and os_name == 'c'`:              "(os_name == 'a' or os_name == 'b') and os_name == 'c'",
		`(os_name == 'or' or (os_name == ')')) or os_name == " and "`:        "os_name == 'or' or os_name == ')' or os_name == ' and '",
		`os.name == 'nt' and 'x' in extras and 'y' not in dependency_groups`: "os.name == 'nt' and 'x' in extras and 'y' not in dependency_groups",
	} {
		if got := parseExpr(t, text).String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestMarkerExprsOpposite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "<empty>",
		"<empty>":                "",
		"python_version < '3.9'": "python_version >= '3.9'",
		"'x' not in extras":      "'x' in extras",
		"os_name == 'a' and (os_name > 'b' or os_name <= 'c')": "os_name != 'a' or (os_name <= 'b' and os_name > 'c')",
	} {
		got, ok := parseExpr(t, text).not()
		if !ok || got.String() != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if got, ok := parseExpr(t, "python_version ~= '3.9'").not(); ok {
		t.Errorf("got %s, want none", got)
	}
}

func TestExtrasInMarkerExprsAreReplaced(t *testing.T) {
	t.Parallel()
	have := func(name string) markerExpr { return markerExpr{any: name != "some-thing"} }
	set := func(name string) markerExpr { return named(name, "extras") }
	for text, want := range map[string][2]string{
		"extra == 'Some_Thing'":                    {"", "'some-thing' in extras"},
		"extra == 'other'":                         {"<empty>", "'other' in extras"},
		"extra != 'other'":                         {"", "'other' not in extras"},
		"'other' == extra":                         {"<empty>", "'other' in extras"},
		"os_name == 'a' and extra == 'other'":      {"<empty>", "os_name == 'a' and 'other' in extras"},
		"os_name == 'a' and extra == 'some-thing'": {"os_name == 'a'", "os_name == 'a' and 'some-thing' in extras"},
		"os_name == 'a' or extra == 'some-thing'":  {"", "os_name == 'a' or 'some-thing' in extras"},
	} {
		var got [2]string
		for i, with := range []func(string) markerExpr{have, set} {
			m, err := parseExpr(t, text).replaceExtras(with)
			if err != nil {
				t.Fatal(err)
			}
			got[i] = m.String()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestAlternativesLeaveOutWhatFollows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"os_name == 'a' or (os_name == 'a' and os_name == 'b')":                         "os_name == 'a'",
		"(os_name == 'b' or os_name == 'a') and (os_name == 'c' or os_name == 'a')":     "os_name == 'a' or (os_name == 'b' and os_name == 'c')",
		"python_version < '3.9' and python_version >= '3.9'":                            "<empty>",
		"(python_version < '3.9' or os_name == 'a') and python_version >= '3.9'":        "os_name == 'a' and python_version >= '3.9'",
		"os_name == 'a' and python_version < '3.9' or os_name == 'a' or os_name == 'c'": "os_name == 'a' or os_name == 'c'",
	} {
		a := newAtoms()
		d, err := a.dnf(parseExpr(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.expr(d).String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// FuzzMarkerExpr makes sure that a marker means the same after it was taken apart.
func FuzzMarkerExpr(f *testing.F) {
	for _, seed := range []string{
		"", "<empty>", "python_version < \"3.11\" and (os_name == 'posix' or 'x' in extras)", "extra == 'a' or extra != 'b'",
		"'linux' in sys_platform and platform_machine not in 'arm64'", "python_full_version ~= '3.9.1'", "'3.9' <= python_version",
	} {
		f.Add(seed)
	}
	env := wheel.Target{Python: "3.13.5", Machine: "x86_64"}.Environment()
	env.Extra, env.Extras = []string{"a"}, []string{"x"}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMarkerExpr(text)
		if err != nil || m.constant(false) {
			return
		}
		got, err := wheel.ParseMarker(m.String())
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if want, err := wheel.ParseMarker(text); err == nil && want.Match(env) != got.Match(env) {
			t.Errorf("%q became %q", text, m)
		}
		opposite, ok := m.not()
		if !ok || opposite.constant(false) {
			return
		}
		if not, err := wheel.ParseMarker(opposite.String()); err != nil {
			t.Errorf("%q: %v", text, err)
		} else if again, ok := opposite.not(); !ok || again.String() != m.String() {
			t.Errorf("%q: its opposite %q is not the opposite of %q", text, not, again)
		}
	})
}
