package lab

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// mirrored are the registries that the lab's stands for.
var mirrored = []string{"docker.io", "gcr.io", "ghcr.io"}

// daemon starts a program that runs until the lab stops. It writes to NAME.log in
// the lab's directory, the end of which is shown when it dies early.
func (l *Lab) daemon(name string, cmd *exec.Cmd) error {
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
	done, stopping := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		err := cmd.Wait()
		select {
		case <-stopping:
		default:
			tail, _ := os.ReadFile(log.Name())
			fmt.Fprintf(os.Stderr, "lab: %s ended: %v\n%s\n", name, err, tail[max(0, len(tail)-2000):])
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

func (l *Lab) startRegistry(ctx context.Context) error {
	var err error
	if l.Registry, err = freeAddress(); err != nil {
		return err
	}
	config := filepath.Join(l.dir, "registry.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: warn, accesslog: {disabled: true}}\n"+
		"storage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n", filepath.Join(l.dir, "registry"), l.Registry)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return err
	}
	if err := l.daemon("registry", exec.Command(filepath.Join(l.Bin, "registry"), "serve", config)); err != nil {
		return err
	}
	return waitFor(ctx, "registry", 20*time.Second, func() error {
		resp, err := http.Get("http://" + l.Registry + "/v2/")
		if err != nil {
			return err
		}
		return resp.Body.Close()
	})
}

// startBuildKit starts a daemon for which the registry stands for all others. What
// the registry lacks comes from the public ones.
func (l *Lab) startBuildKit(ctx context.Context) error {
	var config strings.Builder
	fmt.Fprintf(&config, "root = %q\n[worker.oci]\nnetworkMode = \"host\"\nsnapshotter = \"overlayfs\"\n"+
		"[worker.containerd]\nenabled = false\n[registry.%q]\nhttp = true\n", filepath.Join(l.dir, "buildkit"), l.Registry)
	for _, host := range mirrored {
		fmt.Fprintf(&config, "[registry.%q]\nmirrors = [%q]\n", host, l.Registry)
	}
	path := filepath.Join(l.dir, "buildkitd.toml")
	if err := os.WriteFile(path, []byte(config.String()), 0o644); err != nil {
		return err
	}
	l.BuildKit = "unix://" + filepath.Join(l.dir, "buildkitd.sock")
	cmd := exec.Command(filepath.Join(l.Bin, "buildkitd"), "--config", path, "--addr", l.BuildKit)
	cmd.Env = append(os.Environ(), l.opt.Env...)
	if err := l.daemon("buildkitd", cmd); err != nil {
		return err
	}
	return waitFor(ctx, "buildkitd", 30*time.Second, func() error {
		return l.program(ctx, "buildctl", "--addr", l.BuildKit, "debug", "workers").Run()
	})
}

// freeAddress returns an address of loopback that nothing listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
