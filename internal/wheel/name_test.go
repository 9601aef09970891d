package wheel

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file string
		want       Name
	}{
		{
			"pure", "anyio-4.11.0-py3-none-any.whl",
			Name{Distribution: "anyio", Version: "4.11.0", Tags: []Tag{{"py3", "none", "any"}}},
		},
		{
			"name is normalised, version is not", "Zope.Interface_Ext-1.0RC1-py3-none-any.whl",
			Name{Distribution: "zope-interface-ext", Version: "1.0RC1", Tags: []Tag{{"py3", "none", "any"}}},
		},
		{
			"build tag", "p-1-2abc.3_d-py3-none-any.whl",
			Name{Distribution: "p", Version: "1", Build: "2abc.3_d", Tags: []Tag{{"py3", "none", "any"}}},
		},
		{
			"epoch and local version", "torch-1!2.9.0.post1+cpu.cxx11-cp313-cp313-linux_x86_64.whl",
			Name{Distribution: "torch", Version: "1!2.9.0.post1+cpu.cxx11", Tags: []Tag{{"cp313", "cp313", "linux_x86_64"}}},
		},
		{
			"compressed tag set in upper case", "p-1-CP39.CP310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
			Name{Distribution: "p", Version: "1", Tags: []Tag{
				{"cp39", "abi3", "manylinux_2_17_x86_64"},
				{"cp39", "abi3", "manylinux2014_x86_64"},
				{"cp310", "abi3", "manylinux_2_17_x86_64"},
				{"cp310", "abi3", "manylinux2014_x86_64"},
			}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseName(test.file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseNameRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, want string }{
		{"nothing", "", "no name of a wheel"},
		{"source archives", "p-1.0.tar.gz", "no name of a wheel"},
		{"upper-case suffix", "p-1-py3-none-any.WHL", "no name of a wheel"},
		{"too few parts", "p-1-py3-any.whl", "it has 4 parts"},
		{"too many parts", "p-1-1-1-py3-none-any.whl", "it has 7 parts"},
		{"no project", "-1-py3-none-any.whl", `"" is not the name of a project`},
		{"double underscore", "a__b-1-py3-none-any.whl", `"a__b" is not the name of a project`},
		{"leading dot", ".a-1-py3-none-any.whl", `".a" is not the name of a project`},
		{"directories", "../a-1-py3-none-any.whl", `"../a" is not the name of a project`},
		{"directories in the tags", "a-1-py3-none-../any.whl", `tag "../any"`},
		{"no version", "p-x-py3-none-any.whl", `"x": no version`},
		{"space before the version", "p- 1-py3-none-any.whl", `" 1": no version`},
		{"empty version", "p--py3-none-any.whl", `"": no version`},
		{"release with a hole", "p-1..2-py3-none-any.whl", `"1..2": no version`},
		{"percent-encoded version", "p-1.0%2Bcpu-py3-none-any.whl", `"1.0%2Bcpu": no version`},
		{"build tag without a number", "p-1-x1-py3-none-any.whl", `build tag "x1"`},
		{"empty build tag", "p-1--py3-none-any.whl", `build tag ""`},
		{"empty tag", "p-1-py3--any.whl", `tag ""`},
		{"empty tag of a set", "p-1-py2..py3-none-any.whl", `tag "py2..py3"`},
		{"number for an interpreter", "p-1-py3.3-none-any.whl", `tag "py3.3" (begins with`},
		{"control characters", "p-1-py3-none-any\n.whl", "tag"},
		{"letters of other scripts", "п-1-py3-none-any.whl", "is not the name of a project"},
		{"names that no file has", strings.Repeat("p", 255) + "-1-py3-none-any.whl", "274 bytes are too long"},
		{
			"sets that explode",
			"p-1-" + strings.Repeat("a.", 39) + "a-" + strings.Repeat("b.", 39) + "b-" + strings.Repeat("c.", 30) + "c.whl",
			"49600 tags (1000 at most)",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n, err := ParseName(test.file)
			if err == nil {
				t.Fatalf("it is taken: %v", n)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not have %q", err, test.want)
			}
		})
	}
}

func TestNormalName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                    "",
		"requests":            "requests",
		"Django":              "django",
		"a-b":                 "a-b",
		"a--b":                "a-b",
		"Zope._-Interface..X": "zope-interface-x",
		"py3":                 "py3",
	} {
		if got := NormalName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
