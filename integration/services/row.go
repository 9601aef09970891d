package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/keelback/keelback/integration/internal/oci"
)

// row is what became of a variant of a service.
type row struct {
	service
	variant
	*oci.Summary // nil: it was not built
	slim         string
	healthy      bool
	checks       int           // number of requests whose answers were looked at
	took         time.Duration // from the start to the first check that passes
	stopped      time.Duration
	problems     []string
}

// print writes what is wrong with it, and returns 1 when something is.
func (r row) print(out io.Writer) int {
	if len(r.problems) == 0 {
		fmt.Fprintf(out, "  works: %d requests; healthy after %.1f s\n", r.checks, r.took.Seconds())
		return 0
	}
	for _, p := range r.problems {
		fmt.Fprintf(out, "  FAIL %s\n", strings.ReplaceAll(strings.TrimSpace(p), "\n", "\n       "))
	}
	return 1
}

func table(out io.Writer, rows []row) error {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "service\tvariant\tbuilt\thealthy\tused\ton disk\tcompressed\tstart\tstop\tslim")
	for _, r := range rows {
		if r.Summary == nil {
			fmt.Fprintf(w, "%s\t%s\tno\n", r.service.name, r.variant.name)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\tyes\t%s\t%s\t%.1f MB\t%.1f MB\t%.1f s\t%.1f s\t%s\n", r.service.name, r.variant.name, yes(r.healthy),
			yes(r.healthy && len(r.problems) == 0), float64(r.Unpacked)/1e6, float64(r.Compressed)/1e6, r.took.Seconds(), r.stopped.Seconds(), r.slim)
	}
	return w.Flush()
}

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}
