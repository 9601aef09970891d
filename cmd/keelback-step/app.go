package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slice"
)

func appCommand(flags *flag.FlagSet) func(io.Writer) error {
	dir := flags.String("context", "", "the build context")
	include := list(flags, "include", "pattern of files to copy, as in .dockerignore (repeatable; default: all)")
	exclude := list(flags, "exclude", "pattern of files not to copy, as in .dockerignore (repeatable)")
	ignored := list(flags, "ignored", "pattern of files that are no part of the context, whatever --exclude takes back (repeatable)")
	dest := flags.String("dest", "/app", "where the files lie in the image")
	natives := flags.String("natives", "", "directory for those of the files that need a library or another program, once more")
	out := flags.String("out", "", "directory for the tree")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		if !path.IsAbs(*dest) {
			return fmt.Errorf("--dest: %q is not an absolute path", *dest)
		}
		root, err := open("context", *dir)
		if err != nil {
			return err
		}
		layer, err := appLayer(root, *include, *exclude, *ignored, *dest)
		if err != nil {
			return err
		}
		files, bytes := total(layer)
		fmt.Fprintf(stderr, "app: %d files, %s\n", files, size(bytes))
		if *natives != "" {
			some, err := onlyNatives(layer)
			if err == nil {
				err = some.Write(*natives)
			}
			if err != nil {
				return err
			}
		}
		return layer.Write(*out)
	}
}

// appLayer copies the files of the context that are included and not excluded,
// and the directories that are empty in the context.
func appLayer(context *rootfs.Root, include, exclude, ignored []string, dest string) (*rootfs.Layer, error) {
	in, err := newIncludes(include)
	if err != nil {
		return nil, err
	}
	ex, err := matcher(exclude)
	if err != nil {
		return nil, err
	}
	ign, err := matcher(ignored)
	if err != nil {
		return nil, err
	}
	entries, err := selected(context, in, ex, ign)
	if err != nil {
		return nil, err
	}
	if err := in.unused(); err != nil {
		return nil, err
	}
	l := rootfs.NewLayer(nil)
	if err := l.Add(rootfs.NewDir(dest, 0o755, 0, 0)); err != nil {
		return nil, err
	}
	for _, e := range entries {
		e = e.Normal()
		e.Path = path.Join(dest, e.Path)
		if err := l.Add(e); err != nil {
			return nil, err
		}
	}
	if files, _ := total(l); files == 0 && len(include) > 0 {
		return nil, errors.New("no file of the build context is left to copy (see .dockerignore, app.include, app.exclude)")
	}
	return l, nil
}

// onlyNatives is the layer with nothing but compiled files and executable scripts.
func onlyNatives(l *rootfs.Layer) (*rootfs.Layer, error) {
	out := rootfs.NewLayer(nil)
	for _, e := range l.Entries() {
		ok, err := isNative(e)
		if err == nil && ok {
			err = out.Add(e)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path, err)
		}
	}
	return out, nil
}

// isNative reports whether a file is compiled (ELF), a script that can be run, or a
// module that may load a library.
func isNative(e rootfs.Entry) (bool, error) {
	if !e.Mode.IsRegular() || e.Size < 4 {
		return false, nil
	}
	if path.Ext(e.Path) == ".py" {
		text, err := e.ReadAll()
		if err != nil || slice.MayLoad(text) {
			return err == nil, err
		}
	}
	r, err := e.Open()
	if err != nil {
		return false, err
	}
	defer r.Close()
	magic := make([]byte, 4)
	if _, err := r.ReadAt(magic, 0); err != nil {
		return false, err
	}
	return string(magic) == "\x7fELF" || e.IsExecutable() && string(magic[:2]) == "#!", nil
}

// selected lists the files and empty directories to copy: those that are included
// and that no list of patterns leaves out.
func selected(context *rootfs.Root, in *includes, out ...*patternmatcher.PatternMatcher) ([]rootfs.Entry, error) {
	var entries, dirs []rootfs.Entry
	full := map[string]bool{}
	err := context.Walk("/", func(e rootfs.Entry) error {
		full[path.Dir(e.Path)] = true
		name := strings.TrimPrefix(e.Path, "/")
		ok, err := in.match(name)
		if err != nil || !ok {
			return err
		}
		for _, m := range out {
			if no, err := m.MatchesOrParentMatches(name); err != nil || no {
				return err
			}
		}
		if e.Mode.IsDir() {
			dirs = append(dirs, e)
			return nil
		}
		if !e.Mode.IsRegular() && !e.IsLink() {
			return fmt.Errorf("%s: neither a file nor a link (exclude it in app.exclude or .dockerignore)", name)
		}
		entries = append(entries, e)
		return nil
	})
	for _, e := range dirs {
		if !full[e.Path] {
			entries = append(entries, e)
		}
	}
	return entries, err
}

// includes are the patterns of files to copy.
type includes struct {
	patterns []string
	each     []*patternmatcher.PatternMatcher
	used     []bool
	all      *patternmatcher.PatternMatcher
}

func newIncludes(patterns []string) (*includes, error) {
	in := &includes{used: make([]bool, len(patterns)), patterns: patterns}
	for _, p := range patterns {
		m, err := matcher([]string{p})
		if err != nil {
			return nil, err
		}
		in.each = append(in.each, m)
	}
	all, err := matcher(patterns)
	in.all = all
	return in, err
}

// match reports whether a file, or a directory that it is in, is included.
func (in *includes) match(name string) (bool, error) {
	if len(in.patterns) == 0 {
		return true, nil
	}
	for i, m := range in.each {
		if in.used[i] {
			continue
		}
		ok, err := m.MatchesOrParentMatches(name)
		if err != nil {
			return false, err
		}
		in.used[i] = ok
	}
	return in.all.MatchesOrParentMatches(name)
}

// unused names the patterns that no file matches: they hold a mistake.
func (in *includes) unused() error {
	var names []string
	for i, p := range in.patterns {
		if !in.used[i] && !strings.HasPrefix(p, "!") {
			names = append(names, fmt.Sprintf("%q", p))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("app.include: no file of the build context matches %s (.dockerignore may hide it)", strings.Join(names, ", "))
}

// matcher reads patterns as the lines of a .dockerignore.
func matcher(patterns []string) (*patternmatcher.PatternMatcher, error) {
	clean, err := ignorefile.ReadAll(strings.NewReader(strings.Join(patterns, "\n")))
	if err != nil {
		return nil, err
	}
	return patternmatcher.New(clean)
}
