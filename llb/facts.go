package llb

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/containerd/platforms"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// readTarget reads from the images what wheels have to fit, if there are any: the C
// library of the runtime, and the whole version of the builder's Python.
func (c *compiler) readTarget(ctx context.Context) (wheel.Target, error) {
	if p := c.opt.Project; p.Lock == nil && len(p.Local) == 0 {
		return wheel.Target{Python: p.Python}, nil
	}
	machine, err := wheel.Machine(c.opt.Platform.Architecture, c.opt.Platform.Variant)
	if err != nil {
		return wheel.Target{}, fmt.Errorf("platform %s: %w", platforms.Format(c.opt.Platform), err)
	}
	libc, err := c.readLibc(ctx, machine)
	if err != nil {
		return wheel.Target{}, err
	}
	python, err := c.readPython(ctx)
	return wheel.Target{Python: python, Machine: machine, Libc: libc}, err
}

// readLibc reads the version of the C library out of the library itself: that of
// the base, or of the builder where the base has none and gets the builder's.
func (c *compiler) readLibc(ctx context.Context, machine string) (wheel.Libc, error) {
	files, version := c.family.libc(machine)
	for _, img := range []image{c.images.base, c.images.builder} {
		found, err := c.opt.ReadFiles(ctx, img.state, files...)
		if err != nil {
			return wheel.Libc{}, c.imageError(ctx, "runtime.image", img.name, err)
		}
		for _, name := range files {
			data, ok := found[name]
			if !ok {
				continue
			}
			libc, err := version(data)
			if err != nil {
				return wheel.Libc{}, c.spec.Errorf("runtime.image", "%s: %s: %v", img.name, name, err)
			}
			return libc, nil
		}
	}
	return wheel.Libc{}, spec.Errors{c.spec.Errorf("runtime.image", "%s has no C library for %s (looked for %s)",
		c.images.base.name, platforms.Format(c.opt.Platform), strings.Join(files, ", "))}
}

var (
	pythonHeader  = regexp.MustCompile(`#define\s+PY_VERSION\s+"(3\.[0-9]+\.[0-9]+)`)
	pythonPackage = regexp.MustCompile(`(?m)^Package: python(3\.[0-9]+)-minimal\n(?:.+\n)*?Version: (3\.[0-9]+\.[0-9]+)`)
)

// readPython is the whole version of the builder's Python: what the image says of
// itself, else its header, else the record of its package. Markers may ask for it.
// That it is the interpreter's is checked when the virtual environment is made.
func (c *compiler) readPython(ctx context.Context) (string, error) {
	asked := c.opt.Project.Python
	minor := minorOf(asked)
	if asked != minor {
		return asked, nil
	}
	builder := c.images.builder
	for _, kv := range builder.config.Config.Env {
		if v, ok := strings.CutPrefix(kv, "PYTHON_VERSION="); ok && minorOf(v) == minor && v != minor {
			return v, nil
		}
	}
	headers := []string{"usr/local/include/python" + minor + "/patchlevel.h", "usr/include/python" + minor + "/patchlevel.h"}
	const packages = "var/lib/dpkg/status"
	files, err := c.opt.ReadFiles(ctx, builder.state, append(headers, packages)...)
	if err != nil {
		return "", c.imageError(ctx, "builder.image", builder.name, err)
	}
	for _, name := range headers {
		if m := pythonHeader.FindSubmatch(files[name]); m != nil {
			return string(m[1]), nil
		}
	}
	for _, m := range pythonPackage.FindAllSubmatch(files[packages], -1) {
		if string(m[1]) == minor {
			return string(m[2]), nil
		}
	}
	return "", spec.Errors{c.spec.Errorf("python", "%s does not say which %s it has (python: %q, with its patch version)", builder.name, minor, minor+".N")}
}

// muslArch are the names by which musl's loader calls machines, where they are not
// those of PEP 508.
var muslArch = map[string]string{"armv7l": "armhf", "ppc64le": "powerpc64le"}

// glibcDirs are where the C library of a Debian lies, by machine.
var glibcDirs = map[string]string{
	"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu", "armv7l": "arm-linux-gnueabihf",
	"ppc64le": "powerpc64le-linux-gnu", "s390x": "s390x-linux-gnu", "riscv64": "riscv64-linux-gnu",
}

// libc gives the places of the C library in an image, and how to read its version.
func (f family) libc(machine string) (files []string, version func([]byte) (wheel.Libc, error)) {
	if f.musl {
		arch := machine
		if a, ok := muslArch[machine]; ok {
			arch = a
		}
		loader := "lib/ld-musl-" + arch + ".so.1"
		return []string{loader, "usr/" + loader}, wheel.LibcFromMusl
	}
	for _, dir := range []string{"lib/" + glibcDirs[machine], "lib64", "lib"} {
		files = append(files, "usr/"+dir+"/libc.so.6", dir+"/libc.so.6")
	}
	return files, wheel.LibcFromGlibc
}
