// Package daemon runs a buildkitd for those who have none.
//
// The daemon is shared by all builds of a user, and lives as long as one of them
// does. Nobody may be left to stop it when a build is killed, so it is not the
// builds that do it: a supervisor, which is this program again in a session of its
// own, starts buildkitd and holds a socket, the hub. Each build keeps a connection
// to the hub open while it runs; the kernel closes it however the build ends. When
// the last one is closed, the supervisor stops buildkitd and goes.
package daemon

import (
	"net"
	"path/filepath"
	"time"
)

// Options say which buildkitd to run, and where.
type Options struct {
	// Dir holds the daemon's state, its sockets and its log.
	Dir string

	// Command is buildkitd and its arguments, without those that name places in Dir.
	Command []string

	// Path is the value of PATH for buildkitd, which looks there for runc.
	Path string

	// Supervisor is the command line that gets to [Supervise]; Dir and the daemon's
	// command line are added to it.
	Supervisor []string
}

// state is the directory that holds all of a daemon.
type state string

func (s state) root() string   { return filepath.Join(string(s), "root") }
func (s state) socket() string { return filepath.Join(string(s), "buildkitd.sock") }
func (s state) traces() string { return filepath.Join(string(s), "otel.sock") }
func (s state) hub() string    { return filepath.Join(string(s), "hub.sock") }
func (s state) log() string    { return filepath.Join(string(s), "buildkitd.log") }

// starting is held by the build that starts a supervisor.
func (s state) starting() string { return filepath.Join(string(s), "start.lock") }

// running is held by the supervisor for as long as it lives.
func (s state) running() string { return filepath.Join(string(s), "supervisor.lock") }

// address of buildkitd.
func (s state) address() string { return "unix://" + s.socket() }

// What the supervisor says to a build that has joined.
const (
	wordReady  = "ready\n"
	wordFailed = "failed\n"
)

// stopTimeout is the time that buildkitd has to stop by itself.
const stopTimeout = 10 * time.Second

// Lease is the use of a daemon by one build.
type Lease struct {
	state state
	conn  net.Conn
}

// Addr is the address of the daemon.
func (l *Lease) Addr() string { return l.state.address() }

// Log is the path of the daemon's log.
func (l *Lease) Log() string { return l.state.log() }

// Close gives the daemon back. The last one to do so waits until it has stopped.
func (l *Lease) Close() error {
	defer l.conn.Close()
	if half, ok := l.conn.(interface{ CloseWrite() error }); ok {
		if err := half.CloseWrite(); err != nil {
			return err
		}
	}
	if err := l.conn.SetReadDeadline(time.Now().Add(2 * stopTimeout)); err != nil {
		return err
	}
	// The supervisor closes its end at once when the daemon has other users, else
	// after it has stopped the daemon. An error says that it is gone already.
	for buf := make([]byte, 64); ; {
		if _, err := l.conn.Read(buf); err != nil {
			return nil
		}
	}
}
