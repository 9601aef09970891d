package wheel

import (
	"slices"
	"strings"
	"testing"
)

func FuzzName(f *testing.F) {
	for _, seed := range []string{
		"anyio-4.11.0-py3-none-any.whl",
		"Zope.Interface-7.1-1b-cp39.cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"torch-2.9.0+cpu-cp313-cp313-linux_x86_64.whl",
		"a__b-1-py3-none-any.whl",
		"p-1-py3--any.whl",
	} {
		f.Add(seed)
	}
	target := Target{Python: "3.13.5", Machine: "x86_64", Libc: Libc{Major: 2, Minor: 41}}
	f.Fuzz(func(t *testing.T, file string) {
		n, err := ParseName(file)
		if err != nil {
			return
		}
		if strings.ContainsAny(file, "/\\\x00 ") {
			t.Error("it is no name of a file")
		}
		if n.Distribution == "" || NormalName(n.Distribution) != n.Distribution {
			t.Errorf("%q is not normalised", n.Distribution)
		}
		if _, err := ParseVersion(n.Version); err != nil {
			t.Error(err)
		}
		if len(n.Tags) == 0 || len(n.Tags) > maxTags {
			t.Errorf("%d tags", len(n.Tags))
		}
		fits := slices.ContainsFunc(target.Tags(), func(tag Tag) bool { return slices.Contains(n.Tags, tag) })
		if best := target.Best([]Name{n}); (best == 0) != fits {
			t.Errorf("Best is %d, but a tag fits: %t", best, fits)
		}
		if target.Explain([]Name{n}) == "" {
			t.Error("nothing is explained")
		}
	})
}

func FuzzMarker(f *testing.F) {
	for _, seed := range []string{
		"python_version >= '3.9' and (extra == 'a' or \"linux\" in sys_platform)",
		"'x' not in extras or 'dev' in dependency_groups",
		"os.name != 'nt'",
		"((((os_name == 'posix'))))",
		"python_full_version ~= '3.9.1' or platform_release === '5'",
	} {
		f.Add(seed)
	}
	env := Target{Python: "3.13.5", Machine: "x86_64"}.Environment()
	env.Extra, env.Extras = []string{"a"}, []string{"x"}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMarker(text)
		if err != nil || m == nil {
			return
		}
		if m.String() != text {
			t.Errorf("String is %q", m)
		}
		got := m.Match(env)
		both, err := ParseMarker("(" + text + ") and os_name == 'posix' or (" + text + ") and os_name == 'nt'")
		if err != nil {
			if strings.Contains(err.Error(), "too many parentheses") {
				return
			}
			t.Fatal(err)
		}
		if both.Match(env) != got {
			t.Error("it changes when it is put into another")
		}
	})
}

func FuzzVersion(f *testing.F) {
	f.Add("1.0", "v1!2.0-RC_1.post3.dev4+local.5")
	f.Add("1.0a1.post0", "1.0a1")
	f.Add("1.0.dev1", "1.0-1")
	f.Add("no version", "1.0+001")
	f.Fuzz(func(t *testing.T, a, b string) {
		if CompareVersions(a, b) != -CompareVersions(b, a) {
			t.Error("the order depends on the side")
		}
		v, err := ParseVersion(a)
		if err != nil {
			return
		}
		normal, err := ParseVersion(v.String())
		if err != nil {
			t.Fatal(err)
		}
		if normal.String() != v.String() || normal.Compare(v) != 0 {
			t.Errorf("%s becomes %s", v, normal)
		}
		if w, err := ParseVersion(b); err == nil && w.String() == v.String() && v.Compare(w) != 0 {
			t.Errorf("%s is not itself", v)
		}
	})
}

func FuzzSpecifiers(f *testing.F) {
	f.Add(">=3.9,<4", "3.13.5")
	f.Add("~=1.4.5a4", "1.4.9")
	f.Add("==1!2.0.*,!=2.0+cpu", "1!2.0.5")
	f.Add("===x", "x")
	f.Fuzz(func(t *testing.T, text, version string) {
		s, err := ParseSpecifiers(text)
		if err != nil {
			return
		}
		if s.String() != text {
			t.Errorf("String is %q", s)
		}
		in := s.Contains(version)
		twice, err := ParseSpecifiers(text + "," + text)
		if err != nil {
			t.Fatal(err)
		}
		if twice.Contains(version) != in {
			t.Error("the same specifiers twice are others")
		}
		for _, one := range s.all {
			if v, err := ParseVersion(version); err == nil && one.operator == ">" && one.match(v) && v.Compare(one.version) <= 0 {
				t.Errorf("%s is not greater than %s", v, one.version)
			}
		}
	})
}
