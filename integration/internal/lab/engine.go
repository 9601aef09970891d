package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/keelback/keelback/integration/internal/oci"
)

// startEngine starts Debian's Docker Engine in a mount namespace of its own, with
// the host's network and without rules of its own there, so that steps need
// --network host or none.
func (l *Lab) startEngine(ctx context.Context) (address string, err error) {
	dir := filepath.Join(l.dir, "docker")
	root := filepath.Join(dir, "rootfs")
	if err := l.unpackEngine(ctx, dir, root); err != nil {
		return "", err
	}
	if err := l.linkClient(root); err != nil {
		return "", err
	}
	if err := l.mirrorHosts(root); err != nil {
		return "", err
	}
	if err := l.engineConfig(root); err != nil {
		return "", err
	}
	cmd := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-euc", startEngineScript, "sh", root, dir)
	if err := l.daemon("dockerd", cmd); err != nil {
		return "", err
	}
	address = "unix://" + filepath.Join(dir, "docker.sock")
	return address, waitFor(ctx, "dockerd", 60*time.Second, func() error {
		out, err := l.program(ctx, "docker", "--host", address, "version").CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
}

// startEngineScript makes $1 the root and runs the engine, its state and socket in $2.
const startEngineScript = `
mount --bind "$1" "$1"
for fs in proc sys dev; do mount --rbind "/$fs" "$1/$fs"; done
mkdir -p "$2/data" "$1/var/lib/docker" "$1/lab" "$1/oldroot"
mount --bind "$2/data" "$1/var/lib/docker"
mount --bind "$2" "$1/lab"
cd "$1"
pivot_root . oldroot
umount -l /oldroot
exec /usr/sbin/dockerd --host unix:///lab/docker.sock --config-file /etc/docker/daemon.json
`

// unpackEngine unpacks the stand-in of docker:26-dind.
func (l *Lab) unpackEngine(ctx context.Context, dir, root string) error {
	image := filepath.Join(dir, "image")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	if err := l.bases(ctx, "-out", image, "docker:26-dind"); err != nil {
		return err
	}
	_, err := oci.Unpack(image, "", dir)
	return err
}

// linkClient makes the engine's own client the docker of scripts. It runs with the
// C library that it was made for, whatever the machine has.
func (l *Lab) linkClient(root string) error {
	script := fmt.Sprintf("#!/bin/sh\nexec %[1]s/lib64/ld-linux-x86-64.so.2 --library-path %[1]s/usr/lib/x86_64-linux-gnu --argv0 docker %[1]s/usr/bin/docker \"$@\"\n", root)
	return os.WriteFile(filepath.Join(l.Bin, "docker"), []byte(script), 0o755)
}

func (l *Lab) engineConfig(root string) error {
	insecure := []string{l.Registry}
	if !l.opt.Public {
		insecure = append(insecure, mirrored...)
	}
	data, err := json.Marshal(map[string]any{
		"registry-mirrors":    []string{"http://" + l.Registry},
		"insecure-registries": insecure,
		"iptables":            false,
		"ip6tables":           false,
		"bridge":              "none",
	})
	if err != nil {
		return err
	}
	// The engine downloads wheels itself: by this machine's name servers, and trusting
	// whom this machine trusts.
	for _, dir := range []string{"etc/docker", "etc/ssl/certs"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"} {
		data, err := os.ReadFile(filepath.Join("/", name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, name), data, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(root, "etc/docker/daemon.json"), data, 0o644)
}
