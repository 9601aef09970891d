package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	buildkitd "github.com/moby/buildkit/cmd/buildkitd/config"
	"golang.org/x/sys/unix"
)

// hint ends the errors about a missing program or privilege.
const hint = "or give the address of a running BuildKit with --addr or BUILDKIT_HOST"

// Find gives the daemon of the user who runs this program, or says what is missing.
func Find() (Options, error) {
	near, err := ownDirs()
	if err != nil {
		return Options{}, err
	}
	opt := Options{Path: strings.Join(append(near, os.Getenv("PATH")), string(os.PathListSeparator))}
	program, err := look("buildkitd", opt.Path)
	if err != nil {
		return Options{}, fmt.Errorf("buildkitd: neither beside keelback nor on PATH: install BuildKit (github.com/moby/buildkit/releases), %s", hint)
	}
	if err := privileged(); err != nil {
		return Options{}, err
	}
	// These two come after a user's config file, so they hold whatever it says.
	opt.Command = []string{program, "--oci-worker=true", "--containerd-worker=false"}
	config, err := configFile()
	if err != nil {
		return Options{}, err
	}
	if config != "" {
		opt.Command = append(opt.Command, "--config", config)
	}
	if err := findRunc(config, opt.Path); err != nil {
		return Options{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Options{}, fmt.Errorf("no place to keep BuildKit's state: %w", err)
	}
	opt.Dir = filepath.Join(cache, "keelback")
	return opt, nil
}

// ownDirs are the directories of this program: that of the name it was started by,
// and that of the file which a link leads to.
func ownDirs() ([]string, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dirs := []string{filepath.Dir(exe)}
	real, err := filepath.EvalSymlinks(exe)
	if err != nil {
		return nil, err
	}
	if dir := filepath.Dir(real); dir != dirs[0] {
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// look finds a program in a list of directories, as a shell does.
func look(program, path string) (string, error) {
	if filepath.IsAbs(program) {
		return exec.LookPath(program)
	}
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, program)
		if !filepath.IsAbs(file) {
			continue
		}
		if _, err := exec.LookPath(file); err == nil {
			return file, nil
		}
	}
	return "", &exec.Error{Name: program, Err: exec.ErrNotFound}
}

// findRunc looks for the program that runs containers, by the names that buildkitd
// looks for.
func findRunc(config, path string) error {
	names := []string{"buildkit-runc", "runc"}
	if config != "" {
		cfg, err := buildkitd.LoadFile(config)
		if err != nil {
			return fmt.Errorf("%s: %w", config, err)
		}
		if cfg.Workers.OCI.Binary != "" {
			names = []string{cfg.Workers.OCI.Binary}
		}
	}
	for _, name := range names {
		if _, err := look(name, path); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s: neither beside keelback nor on PATH, and buildkitd runs build steps with it: install runc (a package of that name, or github.com/opencontainers/runc/releases), %s", names[len(names)-1], hint)
}

// privileged tells what this process lacks to start a daemon.
func privileged() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("buildkitd: needs root to be started: run keelback as root, %s", hint)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("capabilities of this process: %w", err)
	}
	if data[0].Effective&(1<<unix.CAP_SYS_ADMIN) == 0 {
		return fmt.Errorf("buildkitd: needs CAP_SYS_ADMIN to mount file systems: run keelback in a privileged container, %s", hint)
	}
	return nil
}

// configFile is the user's buildkitd.toml for this daemon, or empty.
func configFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", nil // neither HOME nor XDG_CONFIG_HOME: there is no such file
	}
	path := filepath.Join(dir, "keelback", "buildkitd.toml")
	_, err = os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return path, err
}
