package python

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/wheel"
)

// Distribution is an installed Python package.
type Distribution struct {
	// Name is normalised; Version is as the package says it.
	Name, Version string

	// Dir is the path of its .dist-info directory.
	Dir string

	// Requires are the packages that it says it needs.
	Requires []Requirement

	// Record lists its files.
	Record []RecordLine
}

// RecordLine is a line of a RECORD file.
type RecordLine struct {
	// Path of the file, in the tree that the distribution is in.
	Path string

	// Text is the whole line, with its end.
	Text string
}

// Distributions lists the packages in a virtual environment, sorted by directory.
func Distributions(root *rootfs.Root, venv string) ([]Distribution, error) {
	var out []Distribution
	for _, lib := range []string{"lib", "lib64"} {
		list, err := root.ReadDir(path.Join(venv, lib))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if e, err := root.Lstat(path.Join(venv, lib)); err == nil && e.IsLink() {
			continue
		}
		for _, e := range list {
			more, err := DistributionsIn(root, path.Join(e.Path, "site-packages"), venv)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

// DistributionsIn lists the packages in a directory of packages, which belongs to
// the environment venv.
func DistributionsIn(root *rootfs.Root, dir, venv string) ([]Distribution, error) {
	list, err := root.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []Distribution
	for _, e := range list {
		if !e.Mode.IsDir() || !isDistInfo(e.Path) {
			continue
		}
		d, err := readDistribution(root, e.Path, venv)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func isDistInfo(name string) bool { return path.Ext(name) == ".dist-info" }

func readDistribution(root *rootfs.Root, dir, venv string) (Distribution, error) {
	d := Distribution{Dir: dir}
	name, version, _ := strings.Cut(strings.TrimSuffix(path.Base(dir), ".dist-info"), "-")
	d.Name, d.Version = wheel.NormalName(name), version
	if text, err := root.ReadFile(path.Join(dir, "METADATA")); err == nil {
		d.Requires = requires(text)
	}
	text, err := root.ReadFile(path.Join(dir, "RECORD"))
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	d.Record, err = readRecord(text, path.Dir(dir), venv)
	return d, err
}

var requirementName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)

// Requirement is a package that another one needs (Requires-Dist of its METADATA).
type Requirement struct {
	// Name is normalised.
	Name string

	// Marker says where it is needed (PEP 508). Empty: everywhere.
	Marker string
}

// requires reads the Requires-Dist fields of a METADATA file.
func requires(metadata []byte) []Requirement {
	var out []Requirement
	lines := bufio.NewScanner(bytes.NewReader(metadata))
	lines.Buffer(nil, len(metadata)+1)
	for lines.Scan() && lines.Text() != "" {
		field, value, _ := strings.Cut(lines.Text(), ":")
		if !strings.EqualFold(field, "Requires-Dist") {
			continue
		}
		req, marker, _ := strings.Cut(strings.TrimSpace(value), ";")
		if name := wheel.NormalName(requirementName.FindString(req)); name != "" {
			out = append(out, Requirement{name, strings.TrimSpace(marker)})
		}
	}
	return out
}

// readRecord reads a RECORD file. Its paths are relative to the directory of
// packages; scripts may be given by their place in the image.
func readRecord(text []byte, dir, venv string) ([]RecordLine, error) {
	var out []RecordLine
	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		r := csv.NewReader(strings.NewReader(line))
		r.FieldsPerRecord = -1
		fields, err := r.Read()
		if err != nil {
			return nil, err
		}
		name := path.Join(dir, fields[0])
		if rest, ok := strings.CutPrefix(fields[0], Venv+"/"); ok {
			name = path.Join(venv, rest)
		}
		out = append(out, RecordLine{Path: name, Text: line})
	}
	return out, nil
}
