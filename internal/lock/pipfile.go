package lock

import "fmt"

func readPipfile(f *found, _ *locked) error {
	return fmt.Errorf("%s is not read yet", f.lock)
}

const (
	// pipfileFile is what Pipfile.lock is made from.
	pipfileFile = "Pipfile"

	// pipfileMend makes Pipfile.lock anew.
	pipfileMend = "pipenv lock"
)
