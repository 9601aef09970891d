package spec

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Duration is a length of time. In the file it is written with units: `30s`,
// `1m30s`, `500ms`.
type Duration time.Duration

// maxDuration is longer than any health check has use for.
const maxDuration = 24 * time.Hour

var durationSyntax = regexp.MustCompile(`^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$`)

// ParseDuration reads a duration as it is written in a spec: whole numbers with
// the units h, m, s and ms, each at most once and in this order, 1 ms to 24 h.
func ParseDuration(s string) (Duration, error) {
	if s == "" || !durationSyntax.MatchString(s) {
		return 0, fmt.Errorf("%s is no duration (write a number and a unit, such as 30s or 1m30s)", quote(s))
	}
	d, err := time.ParseDuration(s)
	if err != nil || d > maxDuration {
		return 0, fmt.Errorf("%s is too long (at most 24h)", quote(s))
	}
	if d <= 0 {
		return 0, errors.New("0 is no duration (at least 1ms)")
	}
	return Duration(d), nil
}

// String gives the duration as Go and Docker write it, such as `1m30s`.
func (d Duration) String() string { return time.Duration(d).String() }
