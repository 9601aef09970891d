package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slim"
	"github.com/keelback/keelback/internal/slim/scan"
)

func scanCommand(flags *flag.FlagSet) func(io.Writer) error {
	slimming := addSlimFlags(flags)
	version := flags.String("python", "", "version of Python, MAJOR.MINOR")
	groups := list(flags, "group", "NAME=A.whl,B.whl: wheels of a layer (repeatable)")
	wheels := list(flags, "wheel", "wheel to search (repeatable)")
	built := list(flags, "built", "NAME=DIR: directory with the one wheel that was built of a package (repeatable)")
	out := flags.String("out", "", "directory for GROUP/named of each group, and candidates")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		if !minorVersion.MatchString(*version) {
			return fmt.Errorf("--python: %q is not a version, such as 3.13", *version)
		}
		opt := scan.Options{Python: *version}
		var err error
		if opt.Slim, err = slimming.slimmer(); err != nil {
			return err
		}
		if opt.Wheels, err = scanned(*wheels, *built, *groups); err != nil {
			return err
		}
		res, err := scan.Wheels(opt)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "scan: %d packages; %d files and folders are named by something, %d are not\n",
			len(opt.Wheels), count(res.Named), len(res.Candidates.Units))
		layer, err := namedLayer(res.Named)
		if err != nil {
			return err
		}
		data, err := json.Marshal(res.Candidates)
		if err != nil {
			return err
		}
		if err := layer.Add(rootfs.NewFile("/candidates", 0o644, append(data, '\n'))); err != nil {
			return err
		}
		return layer.Write(*out)
	}
}

// scanned are the wheels to search, with their groups.
func scanned(wheels, built, groups []string) ([]scan.Wheel, error) {
	of, err := groupsOf(groups)
	if err != nil {
		return nil, err
	}
	var out []scan.Wheel
	for _, file := range wheels {
		out = append(out, scan.Wheel{Path: file, Group: take(of, filepath.Base(file))})
	}
	if len(of) > 0 {
		return nil, fmt.Errorf("--group: no --wheel is named %s", slices.Min(slices.Collect(maps.Keys(of))))
	}
	dirs, err := pairs("built", built)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		file, err := builtWheel(name, dirs[name])
		if err != nil {
			return nil, fmt.Errorf("--built: %w", err)
		}
		out = append(out, scan.Wheel{Path: file})
	}
	return out, nil
}

var groupName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// groupsOf gives the group of each wheel, by file name.
func groupsOf(flags []string) (map[string]string, error) {
	out := map[string]string{}
	for _, text := range flags {
		group, files, ok := strings.Cut(text, "=")
		if !ok || !groupName.MatchString(group) || group == slim.Stdlib {
			return nil, fmt.Errorf("--group: %q is not NAME=A.whl,B.whl", text)
		}
		for file := range strings.SplitSeq(files, ",") {
			if _, ok := out[file]; ok {
				return nil, fmt.Errorf("--group: %s is in two groups", file)
			}
			out[file] = group
		}
	}
	return out, nil
}

func count(named map[string][]string) (n int) {
	for _, list := range named {
		n += len(list)
	}
	return n
}

// namedLayer has what has to stay, a file for each group.
func namedLayer(named map[string][]string) (*rootfs.Layer, error) {
	l := rootfs.NewLayer(nil)
	for _, group := range slices.Sorted(maps.Keys(named)) {
		var text strings.Builder
		for _, glob := range named[group] {
			text.WriteString(glob + "\n")
		}
		if err := l.Add(rootfs.NewFile("/"+group+"/named", 0o644, []byte(text.String()))); err != nil {
			return nil, err
		}
	}
	return l, nil
}
