package unpack

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/keelback/keelback/internal/python"
	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/wheel"
)

// layout is where the files of a package go, by paths from the root of the
// environment.
type layout struct {
	sitePackages string // lib/python3.13/site-packages
	headers      string // include/site/python3.13
}

func newLayout(version string) layout {
	return layout{
		sitePackages: "lib/python" + version + "/site-packages",
		headers:      "include/site/python" + version,
	}
}

// place is where a member goes.
type place struct {
	path     string
	isScript bool
}

// place finds the place of a member of a wheel: what lies in NAME-VERSION.data goes
// by its scheme, all else to the packages.
func (l layout) place(d *dist, name string) (place, error) {
	top, rest, _ := strings.Cut(name, "/")
	stem, isData := strings.CutSuffix(top, ".data")
	if !isData {
		return place{path: path.Join(l.sitePackages, name)}, nil
	}
	if !d.isStem(stem) {
		return place{}, fmt.Errorf("not of this package, whose data are in %s.data", d.stem)
	}
	scheme, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return place{}, errors.New("a file in no scheme (purelib, platlib, scripts, headers and data work)")
	}
	switch scheme {
	case "purelib", "platlib":
		return place{path: path.Join(l.sitePackages, rest)}, nil
	case "headers":
		return place{path: path.Join(l.headers, d.name, rest)}, nil
	case "scripts":
		if strings.Contains(rest, "/") {
			return place{path: path.Join("bin", rest)}, nil
		}
		return place{path: path.Join("bin", rest), isScript: true}, nil
	case "data":
		// In an environment lib64, where there is one, leads to lib.
		if below, ok := strings.CutPrefix(rest, "lib64/"); ok {
			rest = "lib/" + below
		}
		return place{path: rest}, nil
	}
	return place{}, fmt.Errorf("unknown scheme %s (purelib, platlib, scripts, headers and data work)", show(scheme))
}

// check refuses places that are no package's own: those of the environment itself,
// and the metadata of other packages.
func (l layout) check(d *dist, name string) error {
	if n := len(python.Venv) + 1 + len(name); n > maxPath {
		return fmt.Errorf("its path has %d bytes in the image (%d work)", n, maxPath)
	}
	own := l.sitePackages + "/"
	if f := rootfs.Fold(name); f == "lib64" || f == "pyvenv.cfg" || f == "bin" || strings.HasPrefix(own, f+"/") {
		return errors.New("would replace a part of the environment")
	}
	if program, ok := strings.CutPrefix(rootfs.Fold(name), "bin/"); ok {
		first, _, _ := strings.Cut(program, "/")
		if err := checkProgram(first); err != nil {
			return err
		}
	}
	below, ok := strings.CutPrefix(name, own)
	if !ok {
		return nil
	}
	top, _, _ := strings.Cut(below, "/")
	if strings.HasSuffix(rootfs.Fold(top), ".dist-info") && top != d.info {
		return fmt.Errorf("metadata of another package (its own are in %s)", d.info)
	}
	return nil
}

// isStem reports whether NAME-VERSION is of this package, in any spelling.
func (d *dist) isStem(stem string) bool {
	name, version, ok := strings.Cut(stem, "-")
	return ok && wheel.NormalName(name) == d.name && wheel.CompareVersions(version, d.version) == 0
}
