package runc

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// Options change how an image is run.
type Options struct {
	UID, GID *int     // instead of the image's
	Env      []string // over the image's
	Args     []string // instead of the image's
	CPUs     float64  // time of processors that it gets, as by docker run --cpus; 0: all
}

// runtimeSpec tells runc to run an image as strictly as a platform may: read-only,
// without capabilities and without a way to new privileges. /tmp and the volumes
// are the only places to write to.
func runtimeSpec(config v1.Config, rootfs string, opt Options) (*specs.Spec, error) {
	user, err := imageUser(config.User, rootfs)
	if err != nil {
		return nil, err
	}
	if opt.UID != nil {
		user.UID = uint32(*opt.UID)
	}
	if opt.GID != nil {
		user.GID = uint32(*opt.GID)
	}
	args := slices.Concat(config.Entrypoint, config.Cmd)
	if len(opt.Args) > 0 {
		args = opt.Args
	}
	volumes, err := volumeMounts(config, rootfs)
	if err != nil {
		return nil, err
	}
	cwd := config.WorkingDir
	if cwd == "" {
		cwd = "/"
	}
	return &specs.Spec{
		Version: "1.0.2",
		Root:    &specs.Root{Path: "rootfs", Readonly: true},
		Process: &specs.Process{
			User: user, Args: args, Cwd: cwd, Env: slices.Concat(config.Env, opt.Env),
			Capabilities: &specs.LinuxCapabilities{}, NoNewPrivileges: true,
		},
		Hostname: "keelback",
		Mounts:   append(systemMounts(), volumes...),
		Linux: &specs.Linux{
			Namespaces: []specs.LinuxNamespace{
				{Type: specs.PIDNamespace}, {Type: specs.IPCNamespace}, {Type: specs.UTSNamespace}, {Type: specs.MountNamespace},
			},
			Resources: resources(opt.CPUs),
		},
	}, nil
}

// resources limit the time of processors, in periods as engines have them.
func resources(cpus float64) *specs.LinuxResources {
	if cpus == 0 {
		return nil
	}
	period := uint64(100_000) // microseconds
	quota := int64(cpus * float64(period))
	return &specs.LinuxResources{CPU: &specs.LinuxCPU{Period: &period, Quota: &quota}}
}

func systemMounts() []specs.Mount {
	return []specs.Mount{
		{Destination: "/proc", Type: "proc", Source: "proc"},
		{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "mode=755", "size=65536k"}},
		{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Options: []string{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}},
		{Destination: "/dev/shm", Type: "tmpfs", Source: "shm", Options: []string{"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
		{Destination: "/tmp", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "noexec", "nodev", "mode=1777"}},
		{Destination: "/etc/hosts", Type: "bind", Source: "/etc/hosts", Options: []string{"bind", "ro"}},
		{Destination: "/etc/resolv.conf", Type: "bind", Source: "/etc/resolv.conf", Options: []string{"rbind", "ro"}},
	}
}

// volumeMounts are empty file systems, owned as the image has the directories.
func volumeMounts(config v1.Config, rootfs string) ([]specs.Mount, error) {
	var mounts []specs.Mount
	for path := range config.Volumes {
		info, err := os.Stat(filepath.Join(rootfs, path))
		if err != nil {
			return nil, fmt.Errorf("volume %s: %w", path, err)
		}
		owner := info.Sys().(*syscall.Stat_t)
		mounts = append(mounts, specs.Mount{
			Destination: path, Type: "tmpfs", Source: "tmpfs",
			Options: []string{"nosuid", "nodev", fmt.Sprintf("mode=%o,uid=%d,gid=%d", info.Mode().Perm(), owner.Uid, owner.Gid)},
		})
	}
	return mounts, nil
}

// imageUser resolves UID, UID:GID or a name, as engines do: without a group it is
// the one that the user has in the image.
func imageUser(text, rootfs string) (specs.User, error) {
	if text == "" {
		return specs.User{}, nil
	}
	name, group, grouped := strings.Cut(text, ":")
	uid, err := strconv.ParseUint(name, 10, 32)
	known := err == nil
	user := specs.User{UID: uint32(uid)}
	passwd, err := os.ReadFile(filepath.Join(rootfs, "etc/passwd"))
	if err != nil {
		return user, err
	}
	for line := range strings.Lines(string(passwd)) {
		var id, gid uint32
		fields := strings.Split(line, ":")
		if len(fields) < 4 || fields[0] != name && fields[2] != name {
			continue
		}
		if _, err := fmt.Sscan(fields[2]+" "+fields[3], &id, &gid); err != nil {
			return user, fmt.Errorf("/etc/passwd: %q: %w", line, err)
		}
		user.UID, user.GID, known = id, gid, true
	}
	if !known {
		return user, fmt.Errorf("user %s is not in /etc/passwd", text)
	}
	if grouped {
		gid, err := strconv.ParseUint(group, 10, 32)
		if err != nil {
			return user, fmt.Errorf("user %s: group is no number", text)
		}
		user.GID = uint32(gid)
	}
	return user, nil
}
