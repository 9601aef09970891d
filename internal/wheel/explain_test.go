package wheel

import (
	"strings"
	"testing"
)

func TestExplainNamesWhatMissesByOneThing(t *testing.T) {
	t.Parallel()
	musl := Target{Python: "3.13.5", Machine: "x86_64", Libc: Libc{Musl: true, Major: 1, Minor: 2}}
	glibc := Target{Python: "3.13.5", Machine: "aarch64", Libc: Libc{Major: 2, Minor: 36}}
	threaded := Target{Python: "3.14.0", FreeThreaded: true, Machine: "x86_64", Libc: Libc{Major: 2, Minor: 41}}
	for _, test := range []struct {
		name   string
		target Target
		wheels string
		want   string
	}{
		{
			"no wheel at all", musl, "",
			"it has no wheels; this runtime is cp313 on musllinux_1_2_x86_64",
		},
		{
			"the C library", musl,
			"p-1-cp313-cp313-manylinux_2_28_x86_64 p-1-cp313-cp313-macosx_11_0_arm64 p-1-cp313-cp313-win_amd64 p-1-cp312-cp312-manylinux_2_17_x86_64",
			"it has wheels for cp313 on manylinux_2_28_x86_64, Windows, macOS; this runtime is cp313 on musllinux_1_2_x86_64",
		},
		{
			"the version of the C library", glibc,
			"p-1-cp39-abi3-manylinux_2_39_aarch64 p-1-cp39-abi3-manylinux_2_39_x86_64",
			"it has wheels for cp39-abi3 on manylinux_2_39_aarch64, manylinux_2_39_x86_64; this runtime is cp313 on manylinux_2_36_aarch64",
		},
		{
			"the machine", glibc,
			"p-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64 p-1-cp313-cp313-macosx_11_0_arm64",
			"it has wheels for cp313 on macOS, manylinux_2_17_x86_64; this runtime is cp313 on manylinux_2_36_aarch64",
		},
		{
			"the version of Python", musl,
			"p-1-cp310-cp310-musllinux_1_2_x86_64 p-1-cp39-cp39-musllinux_1_2_x86_64 p-1-cp313-cp313-win32",
			"it has wheels for cp39, cp310 on musllinux_1_2_x86_64; this runtime is cp313 on musllinux_1_2_x86_64",
		},
		{
			"Python 2", musl,
			"p-1-py2-none-any",
			"it has wheels for py2 on any platform; this runtime is cp313 on musllinux_1_2_x86_64",
		},
		{
			"threads", threaded,
			"p-1-cp314-cp314-manylinux_2_17_x86_64 p-1-cp39-abi3-manylinux1_x86_64",
			"it has wheels for cp314, cp39-abi3 on manylinux_2_17_x86_64, manylinux_2_5_x86_64; this runtime is cp314t on manylinux_2_41_x86_64",
		},
		{
			"many Pythons", musl,
			"p-1-cp27.cp33.cp34.cp35.cp36.cp37.cp38.cp39-none-any",
			"it has wheels for cp27, cp33, cp34, cp35, cp36, cp37, 2 more on any platform; this runtime is cp313 on musllinux_1_2_x86_64",
		},
		{
			"a Python without tags",
			Target{Python: "4.0", Machine: "x86_64", Libc: Libc{Major: 3}},
			"p-1-py3-none-any",
			"it has wheels for py3 on any platform; this runtime is Python 4.0 on x86_64 with glibc 3.0",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			names := parseNames(t, strings.Fields(test.wheels)...)
			if best := test.target.Best(names); best >= 0 {
				t.Errorf("wheel %d fits", best)
			}
			if got := test.target.Explain(names); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// parseNames takes the names of wheels apart, which are given without .whl.
func parseNames(t *testing.T, stems ...string) []Name {
	t.Helper()
	var names []Name
	for _, stem := range stems {
		n, err := ParseName(stem + ".whl")
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	return names
}
