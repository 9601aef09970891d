//go:build !linux

package daemon

import (
	"context"
	"errors"
	"runtime"
)

var errLinux = errors.New("buildkitd runs on Linux, and this is " + runtime.GOOS + ": give the address of a running BuildKit with --addr or BUILDKIT_HOST (with Docker: docker buildx create --driver docker-container --name keelback --bootstrap, then docker-container://buildx_buildkit_keelback0)")

// Find gives the daemon of the user who runs this program, or says what is missing.
func Find() (Options, error) { return Options{}, errLinux }

// Use joins the daemon of the directory, starts it if it does not run, and returns
// when it answers.
func Use(context.Context, Options) (*Lease, error) { return nil, errLinux }

// Supervise runs a daemon in dir for as long as it has users. The command is
// buildkitd with its arguments.
func Supervise(string, []string) error { return errLinux }
