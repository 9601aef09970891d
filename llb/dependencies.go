package llb

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"golang.org/x/sync/errgroup"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/spec"
)

// Build arguments of the frontend's own. They are in no cache key of a file.
const (
	// argMirror is the URL of a server that has the files; see
	// [spec.Dependencies.Mirror].
	argMirror = "KEELBACK_MIRROR"

	// argIndex is the simple index that stands for the default one.
	argIndex = "KEELBACK_INDEX"
)

// dependencies are the packages to be installed on the target.
type dependencies struct {
	wheels  []lock.Distribution // as they are
	sources []lock.Distribution // built first
	own     []lock.Distribution // the service itself and what else of the context is installed
}

// lookUp finds out what the choice of files depends on: what they have to fit, and
// where they are. While an index is asked, what needs no files is made.
func (c *compiler) lookUp(ctx context.Context) error {
	eg, ctx := errgroup.WithContext(ctx)
	l := c.opt.Project.Lock
	eg.Go(func() (err error) {
		if c.python, err = c.readTarget(ctx); err != nil || l == nil || len(l.Missing()) == 0 {
			return err
		}
		_, err = c.opt.ReadFiles(ctx, c.createVenv(c.builderPackages(c.images.builder.state)).state)
		return err
	})
	if l != nil {
		eg.Go(func() (err error) {
			c.lock, err = c.complete(ctx, l)
			return err
		})
	}
	return eg.Wait()
}

// selectDependencies decides which files of the lock are installed.
func (c *compiler) selectDependencies() (dependencies, error) {
	var d dependencies
	dirs, err := c.opt.Project.LocalOn(c.spec, c.python)
	if err != nil {
		return d, err
	}
	for _, dir := range dirs {
		name := c.opt.Project.LocalName(dir)
		if name == "" {
			return d, spec.Errors{c.spec.Errorf("app", "the project in %s has no name ([project] name = ... in its pyproject.toml)", dir)}
		}
		d.own = append(d.own, lock.Distribution{Name: name, Source: &lock.Source{Directory: &lock.Directory{Path: dir}}})
	}
	if c.lock == nil {
		return d, nil
	}
	dists, err := c.lock.Select(c.spec, c.python)
	if err != nil {
		return d, err
	}
	for _, dist := range dists {
		if dist.Wheel != nil {
			d.wheels = append(d.wheels, dist)
		} else {
			d.sources = append(d.sources, dist)
		}
	}
	return d, nil
}

// complete asks an index where the files are, for locks that do not say it. What
// comes back is not trusted: only files with a hash of the lock are taken.
func (c *compiler) complete(ctx context.Context, l *lock.Lock) (*lock.Lock, error) {
	queries := l.Missing()
	if len(queries) == 0 {
		return l, nil
	}
	if c.opt.Wheelhouse != nil {
		return nil, spec.Errors{c.spec.Errorf("dependencies.wheelhouse", "%s does not say which files its packages have, and with a wheelhouse no index is asked (keelback lock, once, where there is a network)", l.Path)}
	}
	var answers [][]byte
	for _, q := range queries {
		answer, err := c.ask(ctx, l.Path, q)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return l.Complete(answers)
}

const (
	requirementsFile = "requirements.txt"
	uvConfigFile     = "uv.toml"
	answerFile       = "pylock.toml"
)

// ask lets uv look up files in an index. It is told what the metadata of each
// package is, so that it downloads none and runs no code of any.
func (c *compiler) ask(ctx context.Context, lockName string, q lock.Query) ([]byte, error) {
	args := []string{
		"pip", "compile", "--quiet", "--universal", "--format", "pylock.toml", "--no-header", "--no-annotate",
		"--python-version", minorOf(c.opt.Project.Python), "--index-strategy", "unsafe-best-match",
		"--config-file", uvConfigFile, "--output-file", outDir + "/" + answerFile, requirementsFile,
	}
	if q.Deps {
		args = append(args, "--no-build")
	} else {
		args = append(args, "--no-deps")
	}
	args = append(args, indexArgs(q, c.opt.BuildArgs[argIndex])...)
	files := llb.Scratch().
		File(llb.Mkfile("/"+requirementsFile, 0o644, []byte(q.Requirements)), c.op(stageWheels, "dependencies", "list what to look up")...).
		File(llb.Mkfile("/"+uvConfigFile, 0o644, []byte(uvConfig(q))), c.op(stageWheels, "dependencies", "list what is known")...)
	opts := append(c.uv(args), llb.Dir(sourceDir), llb.AddMount(sourceDir, files, llb.Readonly), c.sharedCache())
	opts = append(append(opts, c.online()...), withNetrc())
	out := c.run(c.images.host.state, stageWheels, "dependencies", "look up the files of "+path.Base(lockName)+" (uv)", opts...).AddMount(outDir, llb.Scratch())
	found, err := c.opt.ReadFiles(ctx, out, answerFile)
	if err != nil {
		return nil, err
	}
	answer, ok := found[answerFile]
	if !ok {
		return nil, fmt.Errorf("%s: uv wrote no %s", lockName, answerFile)
	}
	return answer, nil
}

// indexArgs are the arguments of uv for the places to ask. The index of the build
// argument stands for the default one.
func indexArgs(q lock.Query, index string) []string {
	if q.Index != "" {
		index = q.Index
	}
	var args []string
	if index != "" {
		args = append(args, "--default-index", index)
	}
	args = appendEach(args, "--index", q.ExtraIndexes)
	args = appendEach(args, "--find-links", q.FindLinks)
	if q.NoIndex {
		args = append(args, "--no-index")
	}
	return args
}

// uvConfig tells uv that the packages to be looked up need nothing else.
func uvConfig(q lock.Query) string {
	if q.Deps {
		return ""
	}
	var text strings.Builder
	for line := range strings.Lines(q.Requirements) {
		requirement, _, _ := strings.Cut(line, ";")
		if name, version, ok := strings.Cut(requirement, "=="); ok {
			fmt.Fprintf(&text, "[[dependency-metadata]]\nname = %q\nversion = %q\n\n", strings.TrimSpace(name), strings.TrimSpace(version))
		}
	}
	return text.String()
}

// Lock gives the lock of a project as a complete pylock.toml (PEP 751): with the URL
// of each file. The error is [spec.Errors] where the user's files are at fault.
func Lock(ctx context.Context, s *spec.Spec, opt Options) ([]byte, error) {
	c, err := newCompiler(s, opt)
	if err != nil {
		return nil, err
	}
	if opt.Project.Lock == nil {
		return nil, spec.Errors{s.Errorf("dependencies.lock", "there is no lock to complete (dependencies: {lock: requirements.txt})")}
	}
	if c.images, err = c.resolveImages(ctx); err != nil {
		return nil, err
	}
	l, err := c.complete(ctx, opt.Project.Lock)
	if err != nil {
		return nil, err
	}
	return opt.Project.Completed(l)
}
