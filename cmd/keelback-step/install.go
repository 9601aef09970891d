package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/unpack"
	"github.com/keelback/keelback/internal/wheel"
)

// install are the flags of the command, as they are given.
type install struct {
	wheels, sums, urls, built, startup *[]string
	any                                *bool
}

func installCommand(flags *flag.FlagSet) func(io.Writer) error {
	in := install{
		wheels:  list(flags, "wheel", "wheel to install (repeatable)"),
		sums:    list(flags, "sha256", "NAME.whl=HEX: what a wheel must have (repeatable)"),
		urls:    list(flags, "direct-url", "NAME.whl=JSON, or NAME=JSON for what was built: where it comes from, for direct_url.json (repeatable)"),
		built:   list(flags, "built", "NAME=DIR: directory with the one wheel that was built of a package (repeatable)"),
		startup: list(flags, "allow-startup", "NAME.whl, or NAME of what was built: may run code each time Python starts (repeatable)"),
		any:     flags.Bool("any", false, "built wheels must be for any platform"),
	}
	version := flags.String("python", "", "version of Python, MAJOR.MINOR")
	over := list(flags, "over", "tree of the same image, which must not have other files at the same places (repeatable)")
	slimming := addSlimFlags(flags).addNamed(flags)
	reportFile := flags.String("report", "", "file for what was installed and left out, in a directory that is there")
	natives := flags.String("natives", "", "directory that gets the same when there is native code, else nothing")
	out := flags.String("out", "", "directory for the tree, with the packages in "+python.Venv)
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		if !minorVersion.MatchString(*version) {
			return fmt.Errorf("--python: %q is not a version, such as 3.13", *version)
		}
		wheels, err := in.all()
		if err != nil {
			return err
		}
		slimmer, err := slimming.slimmer()
		if err != nil {
			return err
		}
		opt := unpack.Options{Out: *out, Natives: *natives, Python: *version, Wheels: wheels, Slim: slimmer}
		for _, dir := range *over {
			root, err := open("over", dir)
			if err != nil {
				return err
			}
			opt.Over = append(opt.Over, root)
		}
		res, err := unpack.Install(opt)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "install: %d packages, %d files, %s\n", res.Packages, res.Files, size(res.Bytes))
		for _, note := range res.Notes {
			fmt.Fprintf(stderr, "install: note: %s\n", note)
		}
		return writeReport(*reportFile, report.Layer{Files: res.Files, Bytes: res.Bytes, Parts: res.Parts, Removed: res.Removed, Warnings: res.Notes})
	}
}

var minorVersion = regexp.MustCompile(`^3\.[0-9]+$`)

// all are the wheels that the flags name, with what other flags say about them.
func (in install) all() ([]unpack.Wheel, error) {
	sums, err := pairs("sha256", *in.sums)
	if err != nil {
		return nil, err
	}
	urls, err := pairs("direct-url", *in.urls)
	if err != nil {
		return nil, err
	}
	var wheels []unpack.Wheel
	for _, file := range *in.wheels {
		name := filepath.Base(file)
		wheels = append(wheels, unpack.Wheel{
			Path: file, SHA256: take(sums, name), DirectURL: take(urls, name),
			Startup: slices.Contains(*in.startup, name),
		})
	}
	built, err := pairs("built", *in.built)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(built)) {
		file, err := builtWheel(name, built[name])
		if err != nil {
			return nil, fmt.Errorf("--built: %w", err)
		}
		wheels = append(wheels, unpack.Wheel{Path: file, DirectURL: take(urls, name), Any: *in.any, Startup: slices.Contains(*in.startup, name)})
	}
	if len(sums) > 0 {
		return nil, fmt.Errorf("--sha256: no --wheel is named %s", slices.Min(slices.Collect(maps.Keys(sums))))
	}
	if len(urls) > 0 {
		return nil, fmt.Errorf("--direct-url: neither --wheel nor --built is named %s", slices.Min(slices.Collect(maps.Keys(urls))))
	}
	return wheels, nil
}

// pairs are the values KEY=VALUE of a flag.
func pairs(flag string, values []string) (map[string]string, error) {
	out := map[string]string{}
	for _, v := range values {
		key, value, ok := strings.Cut(v, "=")
		if !ok || key == "" || value == "" {
			return nil, fmt.Errorf("--%s: %q is not NAME=VALUE", flag, v)
		}
		if _, ok := out[key]; ok {
			return nil, fmt.Errorf("--%s: %s is given twice", flag, key)
		}
		out[key] = value
	}
	return out, nil
}

func take(m map[string]string, key string) string {
	v := m[key]
	delete(m, key)
	return v
}

// builtWheel is the one wheel in a directory that a package was built into.
func builtWheel(name, dir string) (string, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	var files []string
	for _, e := range list {
		if strings.HasSuffix(e.Name(), ".whl") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) != 1 {
		return "", fmt.Errorf("%s: its build made %d wheels (a build makes one)", name, len(files))
	}
	got, err := wheel.ParseName(filepath.Base(files[0]))
	if err != nil {
		return "", fmt.Errorf("%s: its build made %w", name, err)
	}
	if got.Distribution != wheel.NormalName(name) {
		return "", fmt.Errorf("%s: its build made a wheel of %s", name, got.Distribution)
	}
	return files[0], nil
}
