package unpack

import (
	"errors"
	"runtime"
	"sync"
)

// errStop ends the reading of a member of which the start is enough.
var errStop = errors.New("enough")

// parallel calls do for 0 to n-1, in this order but in parallel. After an error no
// more are started; of several errors the one of the lowest number is returned, so
// that it is the same each time.
func parallel(n int, do func(r *reader, i int) error) error {
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		next   int
		failed = n
		first  error
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= n && first == nil
	}
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			r := newReader()
			for i, ok := take(); ok; i, ok = take() {
				if err := do(r, i); err != nil {
					mu.Lock()
					if i < failed {
						failed, first = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}
