// Package runc runs unpacked images, as strictly as a platform may.
package runc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/keelback/keelback/integration/internal/oci"
	"golang.org/x/sys/unix"
)

// Container is an unpacked image that was started.
type Container struct {
	id     string
	bundle string
	config v1.Config
	cmd    *exec.Cmd
	done   chan struct{} // closed when it has ended
}

// Start runs the image that lies unpacked in a directory, in the background. Close
// must be called in the end.
func Start(image string, opt Options) (c *Container, err error) {
	bundle, err := os.MkdirTemp("", "keelback-runc-")
	if err != nil {
		return nil, err
	}
	c = &Container{id: filepath.Base(bundle), bundle: bundle, done: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	if c.config, err = oci.Config(image); err != nil {
		return nil, err
	}
	rootfs := filepath.Join(image, "rootfs")
	if err := mountRoot(rootfs, bundle); err != nil {
		return nil, err
	}
	spec, err := runtimeSpec(c.config, rootfs, opt)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), data, 0o644); err != nil {
		return nil, err
	}
	return c, c.run()
}

// mountRoot puts an overlay over the files, as runc makes the points that it mounts
// on even in a root that is read-only to the container.
func mountRoot(rootfs, bundle string) error {
	for _, dir := range []string{"rootfs", "upper", "work"} {
		if err := os.Mkdir(filepath.Join(bundle, dir), 0o755); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", rootfs, filepath.Join(bundle, "upper"), filepath.Join(bundle, "work"))
	if err := unix.Mount("overlay", filepath.Join(bundle, "rootfs"), "overlay", 0, options); err != nil {
		return fmt.Errorf("overlay on %s: %w", rootfs, err)
	}
	return nil
}

// runtime returns the command that runs runc.
func (c *Container) runtime(args ...string) *exec.Cmd {
	return exec.Command("runc", append([]string{"--root", filepath.Join(c.bundle, "state")}, args...)...)
}

func (c *Container) run() error {
	log, err := os.Create(c.log())
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := c.runtime("run", "--bundle", c.bundle, c.id)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd = cmd
	go func() {
		cmd.Wait()
		close(c.done)
	}()
	return c.waitCreated()
}

// waitCreated returns when the container can be asked for, or has ended already.
func (c *Container) waitCreated() error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		out, err := c.runtime("state", c.id).Output()
		if err == nil && bytes.Contains(out, []byte(`"status": "running"`)) {
			return nil
		}
		select {
		case <-c.done:
			return nil
		case <-time.After(10 * time.Millisecond):
		}
	}
	return errors.New("runc did not start it within 30 s")
}

// Wait returns the exit code when the container has ended.
func (c *Container) Wait() int {
	<-c.done
	return c.cmd.ProcessState.ExitCode()
}

func (c *Container) log() string { return filepath.Join(c.bundle, "log") }

// Log returns what the container wrote.
func (c *Container) Log() ([]byte, error) { return os.ReadFile(c.log()) }

// PIDs are the processes of the container, by their numbers on this machine.
func (c *Container) PIDs() ([]int, error) {
	out, err := c.runtime("ps", "--format", "json", c.id).Output()
	if err != nil {
		return nil, fmt.Errorf("runc ps: %w", err)
	}
	var list []int
	return list, json.Unmarshal(out, &list)
}

// Exec runs a program in the container, as its user.
func (c *Container) Exec(stdout, stderr io.Writer, args ...string) error {
	cmd := c.runtime(append([]string{"exec", c.id}, args...)...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd.Run()
}

// Health runs the health check of the image.
func (c *Container) Health(stdout, stderr io.Writer) error {
	check := c.config.Healthcheck
	if check == nil || len(check.Test) < 2 || check.Test[0] != "CMD" {
		return errors.New("the image has no health check in exec form")
	}
	return c.Exec(stdout, stderr, check.Test[1:]...)
}

// Stop sends the image's stop signal and waits for the end. It takes the time and
// the exit code; when the end does not come within the limit it is forced.
func (c *Container) Stop(limit time.Duration) (took time.Duration, code int, err error) {
	signal := c.config.StopSignal
	if signal == "" {
		signal = "SIGTERM"
	}
	start := time.Now()
	if out, err := c.runtime("kill", c.id, signal).CombinedOutput(); err != nil && !c.ended() {
		return 0, 0, fmt.Errorf("runc kill: %w: %s", err, bytes.TrimSpace(out))
	}
	select {
	case <-c.done:
	case <-time.After(limit):
		err = fmt.Errorf("%s did not stop it within %s", signal, limit)
		c.runtime("kill", c.id, "SIGKILL").Run()
		<-c.done
	}
	return time.Since(start), c.Wait(), err
}

// ended tells whether the container has ended by itself, or does so in a moment.
func (c *Container) ended() bool {
	select {
	case <-c.done:
		return true
	case <-time.After(time.Second):
		return false
	}
}

// Close ends the container and removes what was written for it, also its log.
func (c *Container) Close() error {
	if c.cmd != nil {
		c.runtime("delete", "--force", c.id).Run() // an error says that it has ended
		<-c.done
	}
	unix.Unmount(filepath.Join(c.bundle, "rootfs"), unix.MNT_DETACH) // or it was not mounted
	return os.RemoveAll(c.bundle)
}
