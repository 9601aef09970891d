package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// source is what is built: a context, and a spec in it.
type source struct{ name, context, spec string }

// The builds of one project, which compareProjects compares with each other.
const (
	firstCommit  = "git at a commit"
	secondCommit = "git at the next"
	otherProject = "another project"
)

// project is the example that has them, and its spec.
const (
	project     = "examples/fastapi"
	projectSpec = "keelback.yaml"
	projectCode = "orders/main.py"
)

// prepare writes the contexts of all builds, and serves the git repository until stop.
func prepare(ctx context.Context, repo string, w world) (builds []source, stop func() error, err error) {
	specs, err := filepath.Glob(filepath.Join(repo, "examples", "*", "keelback*.yaml"))
	if err != nil {
		return nil, nil, err
	}
	if len(specs) == 0 {
		return nil, nil, fmt.Errorf("%s has no examples", repo)
	}
	for _, spec := range specs {
		example, file := filepath.Base(filepath.Dir(spec)), filepath.Base(spec)
		to := filepath.Join(w.dir, example)
		if err := copyContext(w, filepath.Dir(spec), to); err != nil {
			return nil, nil, err
		}
		builds = append(builds, source{example + "/" + file, to, filepath.Join(to, file)})
	}
	modes, err := prepareModes(repo, w)
	if err != nil {
		return nil, nil, err
	}
	builds = append(builds, modes...)
	other, err := prepareOther(repo, w)
	if err != nil {
		return nil, nil, err
	}
	commits, stop, err := prepareCommits(ctx, repo, w)
	return append(append(builds, other), commits...), stop, err
}

// prepareModes makes specs of the example for the modes of bytecode that it does not
// have itself, and for all that can be left out.
func prepareModes(repo string, w world) (builds []source, err error) {
	text, err := os.ReadFile(filepath.Join(repo, project, projectSpec))
	if err != nil {
		return nil, err
	}
	const own = "bytecode: imported\n"
	if !strings.Contains(string(text), own) {
		return nil, fmt.Errorf("%s/%s: it has no %q", project, projectSpec, own)
	}
	dir := filepath.Join(w.dir, filepath.Base(project))
	for name, keys := range map[string]string{
		"strip":   "bytecode: strip\nslim: max\n",
		"compile": "bytecode: compile\noptimize: 1\n",
	} {
		file := filepath.Join(dir, "keelback."+name+".yaml")
		if err := write(w, file, []byte(strings.Replace(string(text), own, keys, 1)), 0o666); err != nil {
			return nil, err
		}
		builds = append(builds, source{filepath.Base(project) + "/bytecode: " + name, dir, file})
	}
	slices.SortFunc(builds, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return builds, nil
}

// copyContext copies the files of a context as a checkout does in this world. It may be
// called again for the same one.
func copyContext(w world, from, to string) error {
	return fs.WalkDir(os.DirFS(from), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path := filepath.Join(to, name)
		if d.IsDir() {
			if err := os.MkdirAll(path, 0o700); err != nil {
				return err
			}
			return os.Chmod(path, 0o777&^w.umask)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o666)
		if info.Mode()&0o100 != 0 {
			mode = 0o777
		}
		return write(w, path, data, mode)
	})
}

// write writes a file with the mode and the time of this world.
func write(w world, path string, data []byte, mode fs.FileMode) error {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	return errors.Join(os.Chmod(path, mode&^w.umask), os.Chtimes(path, w.mtime, w.mtime))
}

// prepareOther makes a project that has the lock of the example, and nothing else of it.
func prepareOther(repo string, w world) (source, error) {
	dir := filepath.Join(w.dir, "other")
	lock, err := os.ReadFile(filepath.Join(repo, project, "requirements.txt"))
	if err != nil {
		return source{}, err
	}
	if err := os.MkdirAll(dir, 0o777&^w.umask); err != nil {
		return source{}, err
	}
	for name, text := range map[string]string{
		"requirements.txt": "# of another project\n" + string(lock),
		"stock.py":         "print('other')\n",
		projectSpec:        "name: stock\nversion: 7.0.0\npython: \"3.13\"\nruntime: alpine\napp: {include: [stock.py]}\ncommand: [python, stock.py]\n",
	} {
		if err := write(w, filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return source{}, err
		}
	}
	return source{otherProject, dir, filepath.Join(dir, projectSpec)}, nil
}

// prepareCommits makes a git repository of the example, with a second commit in which
// its code is another, and serves it.
func prepareCommits(ctx context.Context, repo string, w world) (builds []source, stop func() error, err error) {
	dir := filepath.Join(w.dir, "checkout")
	if err := copyContext(w, filepath.Join(repo, project), dir); err != nil {
		return nil, nil, err
	}
	code := filepath.Join(dir, projectCode)
	data, err := os.ReadFile(code)
	if err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: http.FileServer(http.Dir(w.dir))}
	go server.Serve(listener)
	url := "http://" + listener.Addr().String() + "/checkout/.git"
	for _, c := range []struct{ name, branch, text, date string }{
		{firstCommit, "first", "", "2025-01-01T00:00:00Z"},
		{secondCommit, "second", "\nCHANGED = True\n", "2025-02-01T00:00:00Z"},
	} {
		if err := write(w, code, append(data, c.text...), 0o666); err != nil {
			return nil, nil, errors.Join(err, server.Close())
		}
		if err := commit(ctx, dir, c.branch, c.date); err != nil {
			return nil, nil, errors.Join(err, server.Close())
		}
		builds = append(builds, source{c.name, url + "#" + c.branch, projectSpec})
	}
	return builds, server.Close, nil
}

// commit commits everything to a new branch, for a server that only has files.
func commit(ctx context.Context, dir, branch, date string) error {
	for _, args := range []string{
		"init -q", "checkout -q -b " + branch, "add -A", "commit -q -m " + branch, "update-server-info",
	} {
		args := append([]string{"-c", "core.fileMode=false", "-c", "user.name=repro", "-c", "user.email=repro@example.com"}, strings.Fields(args)...)
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}
