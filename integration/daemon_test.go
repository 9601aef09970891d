//go:build integration

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// daemon starts a program that runs until the lab stops. It writes to NAME.log in
// the lab's directory, the end of which is shown when it dies early.
func (l *lab) daemon(name string, cmd *exec.Cmd) error {
	log, err := os.Create(filepath.Join(l.dir, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	// Should this process die without having stopped it, the kernel does.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	done := make(chan struct{})
	stopping := make(chan struct{})
	go func() {
		defer close(done)
		err := cmd.Wait()
		select {
		case <-stopping:
		default:
			tail, _ := os.ReadFile(log.Name())
			fmt.Fprintf(os.Stderr, "integration: %s ended: %v\n%s\n", name, err, tail[max(0, len(tail)-2000):])
		}
	}()
	l.stops = append(l.stops, func() {
		close(stopping)
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
			<-done
		}
	})
	return nil
}
