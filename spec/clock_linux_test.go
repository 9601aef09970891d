package spec

import (
	"runtime"
	"syscall"
	"time"
)

// clock gives the time that a processor has worked for the caller, which must not
// move to another thread meanwhile. What else the machine does is not in it.
func clock() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var usage syscall.Rusage
	if err := syscall.Getrusage(thread, &usage); err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// pin keeps the caller on its thread until it calls the result.
func pin() (unpin func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
