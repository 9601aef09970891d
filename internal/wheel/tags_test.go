package wheel

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTagsOfOneTarget(t *testing.T) {
	t.Parallel()
	target := Target{Python: "3.4.0", Machine: "aarch64", Libc: Libc{Musl: true, Major: 1, Minor: 0}}
	want := strings.Fields(`
		cp34-cp34-linux_aarch64 cp34-cp34-musllinux_1_0_aarch64
		cp34-abi3-linux_aarch64 cp34-abi3-musllinux_1_0_aarch64
		cp34-none-linux_aarch64 cp34-none-musllinux_1_0_aarch64
		cp33-abi3-linux_aarch64 cp33-abi3-musllinux_1_0_aarch64
		cp32-abi3-linux_aarch64 cp32-abi3-musllinux_1_0_aarch64
		py34-none-linux_aarch64 py34-none-musllinux_1_0_aarch64
		py3-none-linux_aarch64 py3-none-musllinux_1_0_aarch64
		py33-none-linux_aarch64 py33-none-musllinux_1_0_aarch64
		py32-none-linux_aarch64 py32-none-musllinux_1_0_aarch64
		py31-none-linux_aarch64 py31-none-musllinux_1_0_aarch64
		py30-none-linux_aarch64 py30-none-musllinux_1_0_aarch64
		cp34-none-any py34-none-any py3-none-any py33-none-any py32-none-any py31-none-any py30-none-any`)
	var got []string
	for _, tag := range target.Tags() {
		got = append(got, tag.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		machine string
		libc    Libc
		want    string
	}{
		{"musl", "x86_64", Libc{true, 1, 2}, "linux_x86_64 musllinux_1_2_x86_64 musllinux_1_1_x86_64 musllinux_1_0_x86_64"},
		{"glibc", "aarch64", Libc{false, 2, 18}, "linux_aarch64 manylinux_2_18_aarch64 manylinux_2_17_aarch64 manylinux2014_aarch64"},
		{
			"glibc with the oldest names", "x86_64",
			Libc{false, 2, 12},
			"linux_x86_64 manylinux_2_12_x86_64 manylinux2010_x86_64 manylinux_2_11_x86_64 manylinux_2_10_x86_64 manylinux_2_9_x86_64" +
				" manylinux_2_8_x86_64 manylinux_2_7_x86_64 manylinux_2_6_x86_64 manylinux_2_5_x86_64 manylinux1_x86_64",
		},
		{"glibc before the first wheels", "s390x", Libc{false, 2, 16}, "linux_s390x"},
		{"glibc that is to come", "riscv64", Libc{false, 3, 40}, "linux_riscv64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Target{Python: "3.13.5", Machine: test.machine, Libc: test.libc}.platforms()
			if diff := cmp.Diff(strings.Fields(test.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBestOrder(t *testing.T) {
	t.Parallel()
	alpine := Target{Python: "3.13.5", Machine: "x86_64", Libc: Libc{Musl: true, Major: 1, Minor: 2}}
	debian := Target{Python: "3.13.5", Machine: "x86_64", Libc: Libc{Major: 2, Minor: 36}}
	threaded := Target{Python: "3.13.5", FreeThreaded: true, Machine: "x86_64", Libc: Libc{Major: 2, Minor: 36}}
	next := Target{Python: "3.15.0rc1", FreeThreaded: true, Machine: "x86_64", Libc: Libc{Major: 2, Minor: 36}}
	for _, test := range []struct {
		name   string
		target Target
		order  string // the best first; those after | do not fit
	}{
		{"own ABI, stable ABI, no ABI, pure", alpine, `p-1-cp313-cp313-musllinux_1_0_x86_64 p-1-cp313-abi3-musllinux_1_2_x86_64 p-1-cp313-none-musllinux_1_2_x86_64
			p-1-cp39-abi3-musllinux_1_2_x86_64 p-1-py3-none-musllinux_1_2_x86_64 p-1-cp313-none-any p-1-py3-none-any p-1-py30-none-any
			| p-1-cp312-cp312-musllinux_1_2_x86_64 p-1-cp314-abi3-musllinux_1_2_x86_64 p-1-cp312-none-any p-1-py2-none-any p-1-py314-none-any`},
		{"newest C library that runs", alpine, "p-1-cp313-cp313-musllinux_1_2_x86_64 p-1-cp313-cp313-musllinux_1_1_x86_64 | p-1-cp313-cp313-musllinux_1_3_x86_64"},
		{"glibc as far as the runtime has it", debian, `p-1-cp313-cp313-manylinux_2_36_x86_64 p-1-cp313-cp313-manylinux_2_17_x86_64 p-1-cp313-cp313-manylinux2014_x86_64
			p-1-cp313-cp313-manylinux2010_x86_64 p-1-cp313-cp313-manylinux1_x86_64
			| p-1-cp313-cp313-manylinux_2_37_x86_64 p-1-cp313-cp313-manylinux_2_17_aarch64 p-1-cp313-cp313-musllinux_1_2_x86_64`},
		{"linux for exactly this machine", debian, "p-1-cp313-cp313-linux_x86_64 p-1-cp313-cp313-manylinux_2_36_x86_64"},
		{"compressed set by its best tag", debian, "p-1-cp313-cp313-manylinux_2_35_x86_64.manylinux1_x86_64 p-1-cp313-cp313-manylinux_2_34_x86_64.manylinux_2_38_x86_64"},
		{"build tags by number, then by letters", debian, "p-1-10-py3-none-any p-1-9b-py3-none-any p-1-9a-py3-none-any p-1-09-py3-none-any p-1-py3-none-any"},
		{"tags before build tags", debian, "p-1-cp313-cp313-manylinux_2_17_x86_64 p-1-99-py3-none-any"},
		{"threads without the lock", threaded, "p-1-cp313-cp313t-manylinux_2_17_x86_64 p-1-py3-none-any | p-1-cp313-cp313-manylinux_2_17_x86_64 p-1-cp39-abi3-manylinux_2_17_x86_64"},
		{"stable ABI for threads without the lock", next, `p-1-cp315-cp315t-manylinux_2_17_x86_64 p-1-cp315-abi3.abi3t-manylinux_2_17_x86_64 p-1-py3-none-any
			| p-1-cp315-abi3-manylinux_2_17_x86_64`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fit, unfit, _ := strings.Cut(test.order, "|")
			names := parseNames(t, strings.Fields(fit)...)
			others := parseNames(t, strings.Fields(unfit)...)
			for i := range names {
				candidates := slices.Concat(others, names[i:])
				slices.Reverse(candidates)
				if got, want := test.target.Best(candidates), len(names)-1-i; got != want {
					t.Errorf("%v is taken, not %v", candidates[max(got, 0)], names[i])
				}
			}
			if got := test.target.Best(others); got >= 0 {
				t.Errorf("%v fits", others[got])
			}
		})
	}
}

func TestBestTakesTheFirstOfEqualWheels(t *testing.T) {
	t.Parallel()
	names := parseNames(t, "p-1-py2-none-any", "p-1-py3-none-any", "p-1-py2.py3-none-any")
	if got := (Target{Python: "3.13.5"}).Best(names); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

func TestRankIsThePlaceAmongTags(t *testing.T) {
	t.Parallel()
	target := Target{Python: "3.13.5", FreeThreaded: true, Machine: "x86_64", Libc: Libc{Major: 2, Minor: 41}}
	selector := target.Selector()
	for i, tag := range target.Tags() {
		if got, ok := selector.Rank(Name{Tags: []Tag{tag}}); got != i || !ok {
			t.Fatalf("%s: %d, %t, want %d", tag, got, ok, i)
		}
	}
}

func TestTargetsWithoutPythonTakeNothing(t *testing.T) {
	t.Parallel()
	for _, python := range []string{"", "3", "3.", "2.7.18", "4.0.0", "x.y", "3.x", "3.-1", "3.999999999"} {
		target := Target{Python: python, Machine: "x86_64", Libc: Libc{Major: 2, Minor: 41}}
		if tags := target.Tags(); len(tags) > 0 {
			t.Errorf("%q has %d tags", python, len(tags))
		}
	}
}
