package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	_ "github.com/moby/buildkit/client/connhelper/dockercontainer" // docker-container:// addresses
	_ "github.com/moby/buildkit/client/connhelper/kubepod"         // kube-pod://
	_ "github.com/moby/buildkit/client/connhelper/nerdctlcontainer"
	_ "github.com/moby/buildkit/client/connhelper/podmancontainer"
	_ "github.com/moby/buildkit/client/connhelper/ssh"

	"github.com/keelback/keelback/internal/daemon"
)

// connectTimeout is the time that a BuildKit has to answer. A connection through
// docker or kubectl takes a few seconds.
const connectTimeout = 20 * time.Second

// backend is a BuildKit that answers.
type backend struct {
	*client.Client

	// arch is the architecture that build steps run on.
	arch string

	// lease is nil when the daemon is not ours.
	lease *daemon.Lease
}

// connect reaches the BuildKit at the address, at that of BUILDKIT_HOST, or one that
// is started for it.
func (a *app) connect(ctx context.Context, addr string) (*backend, error) {
	origin := "--addr"
	if addr == "" {
		addr, _ = a.env("BUILDKIT_HOST")
		origin = "BUILDKIT_HOST"
	}
	b := &backend{}
	if addr == "" {
		opt, err := daemon.Find()
		if err != nil {
			return nil, err
		}
		exe, err := os.Executable()
		if err != nil {
			return nil, err
		}
		opt.Supervisor = []string{exe, "supervise"}
		if b.lease, err = daemon.Use(ctx, opt); err != nil {
			return nil, err
		}
		addr, origin = b.lease.Addr(), "own buildkitd"
	}
	if err := b.dial(ctx, addr); err != nil {
		return nil, errors.Join(fmt.Errorf("%s %s: no BuildKit answers there: %w", origin, addr, err), b.Close())
	}
	return b, nil
}

// dial connects and asks for what the worker is.
func (b *backend) dial(ctx context.Context, addr string) error {
	var err error
	if b.Client, err = client.New(ctx, addr); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, connectTimeout, fmt.Errorf("nothing in %s", connectTimeout))
	defer cancel()
	workers, err := b.ListWorkers(ctx)
	if err != nil {
		return dialError(err)
	}
	if len(workers) == 0 || len(workers[0].Platforms) == 0 {
		return errors.New("it has no worker")
	}
	b.arch = workers[0].Platforms[0].Architecture
	return nil
}

// dialError is what of an error of gRPC says why there is no connection.
func dialError(err error) error {
	var rpc rpcError
	if !errors.As(err, &rpc) {
		return err
	}
	message := rpc.GRPCStatus().Message()
	if _, cause, ok := strings.Cut(message, "Error while dialing: "); ok {
		message = strings.TrimSuffix(cause, `"`)
	}
	return errors.New(message)
}

// Close ends the connection, and the daemon when this was its last user.
func (b *backend) Close() error {
	var errs []error
	if b.Client != nil {
		errs = append(errs, b.Client.Close())
	}
	if b.lease != nil {
		errs = append(errs, b.lease.Close())
	}
	return errors.Join(errs...)
}
