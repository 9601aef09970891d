package wheel

import (
	"fmt"
	"testing"
)

// BenchmarkSelect is what a lock of 500 packages with 80 wheels each costs.
func BenchmarkSelect(b *testing.B) {
	var files []string
	for minor := 9; minor < 19; minor++ {
		for _, platform := range []string{
			"macosx_10_13_x86_64", "macosx_11_0_arm64", "manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_aarch64.manylinux2014_aarch64",
			"musllinux_1_2_x86_64", "musllinux_1_2_aarch64", "win32", "win_amd64",
		} {
			files = append(files, fmt.Sprintf("some_package-12.34.5-cp3%d-cp3%d-%s.whl", minor, minor, platform))
		}
	}
	target := Target{Python: "3.13.5", Machine: "x86_64", Libc: Libc{Major: 2, Minor: 41}}
	for b.Loop() {
		selector := target.Selector()
		for range 500 {
			names := make([]Name, 0, len(files))
			for _, file := range files {
				n, err := ParseName(file)
				if err != nil {
					b.Fatal(err)
				}
				names = append(names, n)
			}
			if selector.Best(names) < 0 {
				b.Fatal("no wheel fits")
			}
		}
	}
}
