package wheel

import (
	"strings"
	"testing"
)

func TestMarkerMatch(t *testing.T) {
	t.Parallel()
	env := Target{Python: "3.13.5", Machine: "aarch64", Libc: Libc{Musl: true, Major: 1, Minor: 2}}.Environment()
	env.Extra = []string{"cli", "extra-3-app-cpu"}
	env.Extras = []string{"socks", "a-b"}
	env.Groups = []string{"dev"}
	for _, test := range []struct {
		name   string
		marker string
		want   bool
	}{
		{"nothing", " ", true},
		{"string", "sys_platform == 'linux'", true},
		{"string that differs", "sys_platform != 'linux'", false},
		{"case counts", "platform_system == 'linux'", false},
		{"machine of the target, not of the architecture's other names", "platform_machine == 'arm64'", false},
		{"text on the left", "'linux' in sys_platform", true},
		{"part of a text", "sys_platform in 'linux2 linux'", true},
		{"not in", "sys_platform not in 'win32 darwin'", true},
		{"both quotes", `os_name == "posix" and os_name == 'posix'`, true},
		{"no spaces", `os_name=="posix"and(os_name=="nt"or'x'!=os_name)`, true},
		{"and before or", "os_name == 'posix' or os_name == 'nt' and os_name == 'nt'", true},
		{"parentheses before and", "(os_name == 'posix' or os_name == 'nt') and os_name == 'nt'", false},
		{"versions, not texts", "python_version >= '3.9'", true},
		{"version on the left", "'3.9' <= python_version", true},
		{"version on the left that is later", "'3.14' <= python_version", false},
		{"full version", "python_full_version < '3.13.5'", false},
		{"python_version is a minor version", "python_version > '3.13'", false},
		{"python_full_version is greater", "python_full_version > '3.13'", true},
		{"prefix", "python_full_version == '3.13.*'", true},
		{"compatible release", "python_version ~= '3.9'", true},
		{"arbitrary equality", "python_version === '3.13'", true},
		{"arbitrary equality of texts", "os_name === 'posix'", true},
		{"list of versions is a text", "python_version in '2.7 3.13'", true},
		{"no version is a text", "python_version == 'three'", false},
		{"texts have no order", "os_name < 'z' or os_name > 'a'", false},
		{"texts are at least themselves", "os_name >= 'posix' and os_name <= 'posix'", true},
		{"kernel that is not known", "platform_release >= '5'", false},
		{"extra", "extra == 'cli'", true},
		{"extra is normalised", "extra == 'Extra_3.app-CPU'", true},
		{"extra on the right", "'cli' == extra", true},
		{"extra that is not asked for", "extra == 'socks'", false},
		{"not an extra", "extra != 'cli'", false},
		{"set of extras", "'Socks' in extras and 'A_B' in extras", true},
		{"not in the set of extras", "'cli' not in extras", true},
		{"set of groups", "'dev' in dependency_groups", true},
		{"not in the set of groups", "'socks' in dependency_groups", false},
		{"names of old tools", "os.name == 'posix' and sys.platform == 'linux' and platform.machine == 'aarch64'", true},
		{"implementation's old names", "python_implementation == 'CPython' and platform.python_implementation == 'CPython'", true},
		{"implementation", "implementation_name == 'cpython' and implementation_version == '3.13.5'", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMarker(test.marker)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Match(env); got != test.want {
				t.Errorf("%s: %t", test.marker, got)
			}
			if m != nil && m.String() != test.marker {
				t.Errorf("String is %q, want %q", m, test.marker)
			}
		})
	}
}

func TestNoMarkerIsNil(t *testing.T) {
	t.Parallel()
	m, err := ParseMarker("")
	if m != nil || err != nil {
		t.Errorf("got %v, %v", m, err)
	}
	if !m.Match(Environment{}) || m.String() != "" {
		t.Error("nil is not true, or not empty")
	}
}

func TestParseMarkerRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, marker, want string }{
		{"unknown variables", "python == '3'", `column 1: "python": unknown variable`},
		{"words that only begin as one", "os_names == 'posix'", `"os_names": unknown variable`},
		{"no operator", "os_name", "it ends where an operator"},
		{"no right side", "os_name ==", "it ends where a variable or a quoted text should be"},
		{"unknown operators", "os_name = 'posix'", `column 9: "= 'posix'" where an operator`},
		{"not alone", "os_name not 'posix'", `"posix" where in should be`},
		{"two variables", "os_name == sys_platform", "os_name and sys_platform are compared"},
		{"two texts", "'a' == 'a'", "a and a are compared"},
		{"open parentheses", "(os_name == 'posix'", "it ends where ) should be"},
		{"closed parentheses", "os_name == 'posix')", `column 19: ")" where and, or, or the end should be`},
		{"nothing in parentheses", "()", `column 2: ")" where a variable`},
		{"nothing after and", "os_name == 'posix' and ", "it ends where a variable"},
		{"two in a row", "os_name == 'posix' os_name == 'nt'", `column 20: "os_name" where and, or, or the end`},
		{"upper-case operators", "os_name == 'posix' AND os_name == 'nt'", `column 20: "AND"`},
		{"open quotes", "os_name == 'posix", `column 12: "'posix" where`},
		{"escapes, which tools read in two ways", `os_name == 'po\x73ix'`, "column 12"},
		{"line feeds in texts", "os_name == 'po\nsix'", "column 12"},
		{"semicolons", "; os_name == 'posix'", "column 1"},
		{"order of extras", "extra >= 'a'", "extra >= (== or !=)"},
		{"parts of extras", "'a' in extra", "extra in (== or !=)"},
		{"sets that equal", "extras == 'a'", "it is a set: 'NAME' in extras"},
		{"sets on the left", "dependency_groups in 'a'", "it is a set: 'NAME' in dependency_groups"},
		{"compatible texts", "os_name ~= 'posix'", "that operator is for versions"},
		{"compatible with one number", "python_version ~= '3'", "~= needs two numbers at least"},
		{"arbitrary texts with spaces", "python_version === '3 4'", "=== takes text without spaces"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMarker(test.marker)
			if err == nil {
				t.Fatalf("it is taken: %s", m)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not have %q", err, test.want)
			}
		})
	}
}

func TestParseMarkerBoundsDepth(t *testing.T) {
	t.Parallel()
	inside := func(depth int) string {
		return strings.Repeat("(", depth) + "os_name == 'posix'" + strings.Repeat(")", depth)
	}
	if _, err := ParseMarker(inside(maxMarkerDepth)); err != nil {
		t.Error(err)
	}
	for _, marker := range []string{inside(maxMarkerDepth + 1), strings.Repeat("(", 1<<20)} {
		if _, err := ParseMarker(marker); err == nil || !strings.Contains(err.Error(), "too many parentheses") {
			t.Errorf("%d bytes: %v", len(marker), err)
		}
	}
}

func TestParseMarkerTakesLongOnes(t *testing.T) {
	t.Parallel()
	m, err := ParseMarker(strings.Repeat("os_name == 'nt' or ", 1<<14) + "os_name == 'posix'")
	if err != nil {
		t.Fatal(err)
	}
	if !m.Match(Target{Python: "3.13.5"}.Environment()) {
		t.Error("it does not hold")
	}
}
