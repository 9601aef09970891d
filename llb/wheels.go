package llb

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/spec"
)

// Wheelhouse is a place where the files of a lock lie, side by side. The daemon does not
// hold them against the lock, so keelback-step does.
type Wheelhouse struct {
	// State has the files in its root.
	State llb.State

	// Files are the names of all that is there.
	Files map[string]bool
}

// Download is a file that the build takes from a server: a wheel, or what a wheel is
// built from.
type Download struct {
	// Distribution is the name and version of the package.
	Distribution string

	// Place in the lock, `LOCK:LINE`.
	Place string

	// URL that the file is downloaded from; it has no credentials.
	URL string

	// Name of the file.
	Name string

	// SHA256 in hex, and Size in bytes, or 0 where the lock does not say it.
	SHA256 string
	Size   int64

	reader llb.State // what the step that reads it gives
	source llb.State // see [Download.State]
}

// Reader is what the step gives that reads the file.
func (d Download) Reader() llb.State { return d.reader }

// Server is the name of the server, and its port where the URL has one.
func (d Download) Server() string {
	u, err := url.Parse(d.URL)
	if err != nil {
		return d.URL
	}
	return u.Host
}

// Host is the name of the server alone, as secrets are named after it.
func (d Download) Host() string {
	u, err := url.Parse(d.URL)
	if err != nil {
		return d.URL
	}
	return u.Hostname()
}

// attemptModes are the modes of a file by attempt. What reads the file does not look at
// them: BuildKit keeps the failure of an op, and of all that have its cache key, as long
// as the build lasts, and a mode makes another key. The price is that a later build,
// whose first attempt works, downloads the file again.
var attemptModes = [MaxAttempts]os.FileMode{0o644, 0o640, 0o604, 0o600}

// MaxAttempts is how many attempts at a download there can be.
const MaxAttempts = 4

// State has the file, and nothing else. The daemon takes nothing but what has the
// lock's hash. Where a file comes from is no part of its cache key. An attempt after a
// failed one is another state.
func (d Download) State(attempt int, opts ...llb.ConstraintsOpt) llb.State {
	all := []llb.HTTPOption{
		llb.Checksum(digest.NewDigestFromEncoded(digest.SHA256, d.SHA256)),
		llb.Filename(d.Name),
		llb.Chmod(attemptModes[min(attempt, MaxAttempts-1)]),
	}
	for _, o := range opts {
		all = append(all, o)
	}
	return llb.HTTP(d.URL, all...)
}

// file is a state that has a file of the lock, and its path in there.
func (c *compiler) file(d lock.Distribution, f *lock.File) (st llb.State, name string) {
	switch {
	case f.Path != "":
		copied := llb.Scratch().File(c.copyManifests([]string{f.Path}), c.op(stageWheels, "dependencies.lock", "copy %s", f.Path)...)
		return copied, "/" + f.Path
	case c.opt.Wheelhouse != nil:
		if !c.opt.Wheelhouse.Files[f.Name] {
			c.absent = append(c.absent, fmt.Sprintf("%s (%s)", f.Name, d.Place))
		}
		return c.opt.Wheelhouse.State, "/" + f.Name
	default:
		return c.download(d, f), "/" + f.Name
	}
}

// checkWheelhouse tells which files are not in the wheelhouse.
func (c *compiler) checkWheelhouse() error {
	if len(c.absent) == 0 {
		return nil
	}
	var errs spec.Errors
	for _, name := range slices.Compact(slices.Sorted(slices.Values(c.absent))) {
		errs = append(errs, c.spec.Errorf("dependencies.wheelhouse", "no %s in the wheelhouse (keelback wheelhouse DIR puts it there)", name))
	}
	return errs
}

// Gather is a state that has downloads side by side, as a wheelhouse has them. What
// failed before is tried by another attempt.
func Gather(files []Download, attempts map[string]int) llb.State {
	st := llb.Scratch()
	var action *llb.FileAction
	for _, f := range files {
		from, opt := f.Retry(attempts[f.URL]), &llb.CopyInfo{}
		if action == nil {
			action = llb.Copy(from, "/"+f.Name, "/", opt)
		} else {
			action = action.Copy(from, "/"+f.Name, "/", opt)
		}
	}
	if action == nil {
		return st
	}
	return st.File(action, llb.WithCustomName("[wheels] put the files side by side"))
}

// checked tells whether the daemon holds a file against its hash. Else keelback-step
// does.
func (c *compiler) checked(f *lock.File) bool {
	return f.Path == "" && c.opt.Wheelhouse == nil
}

// Retry is the state of an attempt on its own, as it is shown in the progress.
func (d Download) Retry(attempt int) llb.State {
	name := d.Name
	if attempt > 0 {
		name += fmt.Sprintf(" (attempt %d)", attempt+1)
	}
	label := "[" + stageWheels + "] "
	return d.State(attempt, llb.WithCustomName(label+name), llb.ProgressGroup(label, label+stageTitle(stageWheels), false))
}

// download is the source of a file by URL.
func (c *compiler) download(dist lock.Distribution, f *lock.File) llb.State {
	key := f.SHA256 + "/" + f.Name
	if d, ok := c.downloads[key]; ok && d.source.Output() != nil {
		return d.source
	}
	d := Download{
		Distribution: strings.TrimSpace(dist.Name + " " + dist.Version), Place: dist.Place,
		URL: c.mirrored(f.URL), Name: f.Name, SHA256: f.SHA256, Size: f.Size,
	}
	d.source = d.State(c.opt.Attempts[d.URL], c.opAt(stageWheels, c.inLock(dist), "%s", d.Name)...)
	c.downloads[key] = d
	return d.source
}

// readBy notes the step that reads a file, by what it gives.
func (c *compiler) readBy(st llb.State, f *lock.File) {
	key := f.SHA256 + "/" + f.Name
	if d, ok := c.downloads[key]; ok {
		d.reader = st
		c.downloads[key] = d
	}
}

// sortedDownloads are all downloads, in the order of their names.
func (c *compiler) sortedDownloads() []Download {
	return slices.SortedFunc(maps.Values(c.downloads), func(a, b Download) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.SHA256, b.SHA256))
	})
}

// mirrored is the URL of a file on the mirror, if there is one: the mirror in place
// of scheme and host.
func (c *compiler) mirrored(address string) string {
	mirror := strings.TrimRight(c.opt.BuildArgs[argMirror], "/")
	if mirror == "" {
		mirror = c.spec.Dependencies.Mirror
	}
	u, err := url.Parse(address)
	if err != nil || mirror == "" {
		return address
	}
	return mirror + u.EscapedPath()
}

// maxShownLock is the size up to which a lock is part of the graph, to be shown where
// something of it fails. Bigger ones are named with the line only.
const maxShownLock = 256 << 10

// inLock points to the entry of a distribution in its lock.
func (c *compiler) inLock(d lock.Distribution) llb.ConstraintsOpt {
	name, _, _ := strings.Cut(d.Place, ":")
	if i := strings.LastIndexByte(d.Place, ':'); i >= 0 {
		name = d.Place[:i]
	}
	sm, ok := c.locks[name]
	if !ok {
		text := c.opt.Project.Text(name)
		if len(text) > maxShownLock {
			text = nil
		}
		sm = llb.NewSourceMap(nil, name, "TOML", text)
		c.locks[name] = sm
	}
	at := &pb.Position{Line: int32(d.Line)}
	return sm.Location([]*pb.Range{{Start: at, End: at}})
}

// sourceArchive is a state that has an archive of the lock, held against its hash: code
// of what is in there runs next.
func (c *compiler) sourceArchive(d lock.Distribution, f *lock.File) (st llb.State, name string) {
	st, name = c.file(d, f)
	if c.checked(f) {
		return st, name
	}
	const from = mountDir + "source"
	checked := c.step(step{
		stage: stageBuilder, path: "dependencies.allow_sdist", name: "check " + f.Name,
		command: "check",
		args:    []string{"--file", from + "/" + f.Name, "--sha256", f.SHA256},
		mounts:  []llb.RunOption{llb.AddMount(from+"/"+f.Name, st, llb.Readonly, llb.SourcePath(name))},
	})
	return checked.state, "/" + f.Name
}

// source is a state that has what a wheel is built from, and the path of that in
// there: a source archive, or a project's folder.
func (c *compiler) source(ctx context.Context, d lock.Distribution, app llb.State) (st llb.State, name string, err error) {
	s := d.Source
	switch {
	case s.File != nil:
		st, name = c.sourceArchive(d, s.File)
		if s.File.Subdirectory != "" {
			return c.within(ctx, d, st, name, s.File.Subdirectory)
		}
		return st, name, nil
	case s.VCS != nil:
		var opts []llb.GitOption
		for _, o := range c.opAt(stageWheels, c.inLock(d), "%s from %s", d.Name, path.Base(s.VCS.URL)) {
			opts = append(opts, o)
		}
		opts = append(opts, llb.GitRef(s.VCS.Commit), llb.GitChecksum(s.VCS.Commit))
		return llb.Git(s.VCS.URL, "", opts...), path.Join("/", s.VCS.Subdirectory), nil
	default:
		return c.projectSource(app), path.Join("/", s.Directory.Path), nil
	}
}
