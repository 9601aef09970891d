package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/tonistiigi/fsutil"
)

func TestWhatABuildWritesIsNotSentToIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hidden string
		args   []string
	}{
		"archive":                                   {"img.tar", []string{"-o", "type=oci,dest=DIR/img.tar"}},
		"archive beyond a link":                     {"sub/img.tar", []string{"-o", "type=oci,dest=DIR/link/img.tar"}},
		"archive with a pattern's name":             {"sub/!a [b]*(^c).tar", []string{"-o", "type=tar,dest=DIR/sub/!a [b]*(^c).tar"}},
		"archive whose name begins as an exception": {"!a.tar", []string{"-o", "type=tar,dest=DIR/!a.tar"}},
		"archive whose name ends in a space":        {"a ", []string{"-o", "type=tar,dest=DIR/a "}},
		"directory":                                 {"out/file", []string{"-o", "DIR/out"}},
		"directory beyond a link":                   {"sub/file", []string{"-o", "DIR/link"}},
		"the context itself":                        {"", []string{"-o", "DIR"}},
		"a directory elsewhere":                     {"", []string{"-o", "DIR-other"}},
		"metadata":                                  {"meta.json", []string{"--metadata-file", "DIR/meta.json"}},
		"what an ended build has left":              {"sub/.keelback-0.tmp", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := specDir(t)
			if err := os.Symlink("sub", filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{"other/img.tar", "img.tar.md", "link.tar", c.hidden} {
				if file == "" {
					continue
				}
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			all := walk(t, mustFS(t, dir))
			f := parse(t, dir, strings.Split(strings.ReplaceAll(strings.Join(c.args, "\n"), "DIR", dir), "\n")...)
			opt, err := f.solveOpt(func(string) (string, bool) { return "", false }, &configfile.ConfigFile{})
			if err != nil {
				t.Fatal(err)
			}
			results, err := f.results()
			if err != nil {
				t.Fatal(err)
			}
			if err := f.hideOutputs(&opt, results); err != nil {
				t.Fatal(err)
			}
			delete(all, c.hidden)
			if diff := cmp.Diff(all, walk(t, opt.LocalMounts[dockerui.DefaultLocalNameContext])); diff != "" {
				t.Errorf("files that are sent (-want +got):\n%s", diff)
			}
		})
	}
}

func mustFS(t *testing.T, dir string) fsutil.FS {
	t.Helper()
	files, err := fsutil.NewFS(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// walk gives the files of a context, but not its directories.
func walk(t *testing.T, files fsutil.FS) map[string]bool {
	t.Helper()
	paths := map[string]bool{}
	err := files.Walk(t.Context(), "", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths[path] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// unreadable is a context that the user may not read.
type unreadable struct{ fsutil.FS }

func (unreadable) Open(path string) (io.ReadCloser, error) {
	return nil, &fs.PathError{Op: "open", Path: "/somewhere/" + path, Err: fs.ErrPermission}
}

func TestAFileThatCannotBeReadEndsTheBuild(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		dockerui.DefaultLocalNameContext:    "build context: a/b.py: permission denied",
		dockerui.DefaultLocalNameDockerfile: "build context: a/b.py: permission denied",
		"named":                             "build context named: a/b.py: permission denied",
	} {
		ctx, fail := context.WithCancelCause(t.Context())
		opt := client.SolveOpt{LocalMounts: map[string]fsutil.FS{key: unreadable{}}}
		checkMounts(&opt, fail)
		if _, err := opt.LocalMounts[key].Open("a/b.py"); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: got %v, want the error of the file", key, err)
		}
		var got *unreadableError
		if !errors.As(context.Cause(ctx), &got) || got.Error() != want {
			t.Errorf("%s: ended by %v, want %s", key, context.Cause(ctx), want)
		}
	}
}

func TestABuildOfAFileThatCannotBeReadFails(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, showContext(func(ctx context.Context, ui *dockerui.Client) (*llb.State, error) {
		return ui.MainContext(ctx)
	}))
	a := &app{stdout: io.Discard, stderr: io.Discard, build: k.build, env: func(string) (string, bool) { return "", false }}
	f := parse(t, k.dir, "--step", k.path("step"), "--progress", "plain")
	opt, err := f.solveOpt(a.env, &configfile.ConfigFile{})
	if err != nil {
		t.Fatal(err)
	}
	opt.LocalMounts[dockerui.DefaultLocalNameContext] = unreadable{mustFS(t, k.dir)}
	_, err = a.solve(t.Context(), &f.solver, opt)
	if want := regexp.MustCompile(`^build context: (step|keelback.yaml): permission denied$`); err == nil || !want.MatchString(err.Error()) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestWhereNothingCanBeWrittenNothingIsBuilt(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip(err)
	}
	k := newKeelback(t, nil)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"archive":  {[]string{"-o", "type=oci,dest=/proc/image.tar"}, "ERROR: dest: /proc: "},
		"metadata": {[]string{"--metadata-file", k.path("none/meta.json")}, "ERROR: --metadata-file: " + k.path("none") + ": no such file or directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			out := k.buildDir(c.args...)
			out.wantCode(t, exitUsage)
			wantText(t, out.stderr, c.want)
		})
	}
	if files := k.files(); len(files) > 0 {
		t.Errorf("files in the directory: %v", files)
	}
}

func TestTheNextBuildDoesNotGetTheArchive(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, showContext(func(ctx context.Context, ui *dockerui.Client) (*llb.State, error) {
		return ui.MainContext(ctx)
	}))
	k.buildDir().wantCode(t, 0)
	first := imageIn(t, k.path("demo.oci.tar")).Digest
	k.buildDir().wantCode(t, 0)
	if second := imageIn(t, k.path("demo.oci.tar")).Digest; second != first {
		t.Errorf("the second build gives %s, want %s as the first", second, first)
	}
}
