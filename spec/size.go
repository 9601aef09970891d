package spec

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Size is a number of bytes. In the file it is written with a unit: `800kB`, `60MB`,
// `1.5GB` (powers of 1000), or `KiB`, `MiB`, `GiB` (powers of 1024).
type Size int64

var sizeSyntax = regexp.MustCompile(`^([0-9]{1,9}(?:\.[0-9]{1,3})?)(kB|MB|GB|KiB|MiB|GiB)$`)

// ParseSize reads a size as it is written in a spec, 1 byte to 1000 GB.
func ParseSize(s string) (Size, error) {
	m := sizeSyntax.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%s is no size (write a number and a unit of kB, MB, GB, KiB, MiB or GiB, such as 60MB)", quote(s))
	}
	unit := map[string]float64{"kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[m[2]]
	number, err := strconv.ParseFloat(m[1], 64)
	if bytes := math.Round(number * unit); err == nil && bytes >= 1 && bytes <= 1e12 {
		return Size(bytes), nil
	}
	return 0, fmt.Errorf("%s is out of range (1 byte to 1000GB)", quote(s))
}

// String gives the size in MB, with one digit behind the point.
func (s Size) String() string { return fmt.Sprintf("%.1f MB", float64(s)/1e6) }
