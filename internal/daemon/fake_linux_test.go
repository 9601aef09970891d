package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	controlapi "github.com/moby/buildkit/api/services/control"
	"google.golang.org/grpc"
)

// fakeBuildkitd is what of buildkitd the supervisor sees: its lock, its socket, the
// answer, and that it takes a moment to stop.
func fakeBuildkitd(behaviour string, args []string) error {
	flags := flag.NewFlagSet("buildkitd", flag.ContinueOnError)
	root := flags.String("root", "", "")
	addr := flags.String("addr", "", "")
	flags.String("otel-socket-path", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := noteStart(filepath.Join(filepath.Dir(*root), "starts")); err != nil {
		return err
	}
	switch behaviour {
	case "crash":
		fmt.Fprintln(os.Stderr, "SIGSEGV")
		os.Exit(3)
	case "fail":
		return errors.New("no room for snapshots")
	case "hang":
		<-ctx.Done()
		return nil
	}
	now, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	lock, err := lockFile(now, filepath.Join(*root, "buildkitd.lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	path := strings.TrimPrefix(*addr, "unix://")
	os.Remove(path)
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	controlapi.RegisterControlServer(server, fakeControl{})
	go server.Serve(listener)
	<-ctx.Done()
	time.Sleep(400 * time.Millisecond)
	server.Stop()
	return nil
}

func noteStart(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, os.Getpid(), os.Getppid())
	return err
}

type fakeControl struct {
	controlapi.UnimplementedControlServer
}

func (fakeControl) ListWorkers(context.Context, *controlapi.ListWorkersRequest) (*controlapi.ListWorkersResponse, error) {
	return &controlapi.ListWorkersResponse{}, nil
}
