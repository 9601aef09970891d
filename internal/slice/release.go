package slice

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/keelback/keelback/internal/elf"
	"github.com/keelback/keelback/internal/rootfs"
)

const osRelease = "/etc/os-release"

// sameRelease checks that base and builder are of one release of one system.
// What only one of them says is not compared.
func sameRelease(base, builder *rootfs.Root) error {
	a, err := readRelease(base)
	if err != nil {
		return fmt.Errorf("runtime base: %w", err)
	}
	b, err := readRelease(builder)
	if err != nil {
		return fmt.Errorf("builder: %w", err)
	}
	for _, key := range []string{"ID", "VERSION_ID", "VERSION_CODENAME"} {
		x, y := series(a[key]), series(b[key])
		if x != y && (key == "ID" || x != "" && y != "") {
			return fmt.Errorf("%s: the runtime base is %s and the builder is %s (both have to be of one release)",
				osRelease, describe(a), describe(b))
		}
	}
	return nil
}

func readRelease(root *rootfs.Root) (map[string]string, error) {
	text, err := root.ReadFile(osRelease)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = root.ReadFile("/usr/lib/os-release")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: not there (it has to say which release the image is of)", osRelease)
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			out[key] = strings.Trim(value, `"'`)
		}
	}
	return out, nil
}

// series is a version without its third part: Alpine 3.22.1 and 3.22.2 are one
// release.
func series(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

func describe(release map[string]string) string {
	words := []string{release["ID"]}
	for _, key := range []string{"VERSION_ID", "VERSION_CODENAME"} {
		if v := release[key]; v != "" {
			words = append(words, v)
		}
	}
	return strings.Join(words, " ")
}

// sameLibc checks that the base has the C library that the interpreter was built
// for, in the version of the builder.
func (r *slicer) sameLibc() error {
	e, err := r.Builder.Stat(r.interpreter.Path)
	if err != nil {
		return err
	}
	f, err := elf.ReadEntry(e)
	if err != nil {
		return err
	}
	if f.Interp == "" {
		return nil // a static interpreter brings its own
	}
	if want := map[string]string{"alpine": "musl", "distroless": "glibc"}[r.Family]; want != "" && want != libc(f) {
		return fmt.Errorf("%s: built for %s, and runtime %s is %s", r.interpreter.Path, libc(f), r.Family, want)
	}
	if _, err := r.Base.Stat(f.Interp); err != nil {
		return fmt.Errorf("%s: the builder's %s needs this loader (%s), and the runtime base does not have it",
			f.Interp, r.interpreter.Path, libc(f))
	}
	a, b := glibcVersion(r.Base, f), glibcVersion(r.Builder, f)
	if a != b && a != "" && b != "" {
		return fmt.Errorf("libc: the runtime base has glibc %s and the builder has glibc %s", a, b)
	}
	return nil
}

func libc(f *elf.File) string {
	if elf.IsMusl(f.Interp) {
		return "musl"
	}
	return "glibc"
}

var stableRelease = regexp.MustCompile(`GNU C Library [^\n]*release version ([0-9.]+[0-9])`)

// glibcVersion is what the C library beside the loader says about itself.
func glibcVersion(root *rootfs.Root, f *elf.File) string {
	if elf.IsMusl(f.Interp) {
		return ""
	}
	loader, err := root.Stat(f.Interp)
	if err != nil {
		return ""
	}
	text, err := root.ReadFile(path.Join(path.Dir(loader.Path), "libc.so.6"))
	if err != nil {
		return ""
	}
	if m := stableRelease.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}
