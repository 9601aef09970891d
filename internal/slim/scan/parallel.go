package scan

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls do for 0 to n-1, in parallel. Of several errors it returns that of the
// lowest number, so that it is the same each time.
func parallel(n int, do func(r *inflater, i int) error) error {
	var (
		wg   sync.WaitGroup
		next atomic.Int64
	)
	errs := make([]error, n)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			r := newInflater()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = do(r, i)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
