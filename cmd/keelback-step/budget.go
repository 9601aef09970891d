package main

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/internal/rootfs"
)

func weighCommand(flags *flag.FlagSet) func(io.Writer) error {
	tree := flags.String("tree", "", "tree of a layer")
	name := flags.String("name", "", "name of the layer")
	out := flags.String("out", "", "directory for the file `weight`")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		root, err := open("tree", *tree)
		if err != nil {
			return err
		}
		n, err := compressed(root)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "weigh: %s compressed\n", size(n))
		return writeOne(*out, "weight", fmt.Appendf(nil, "%d %s\n", n, *name))
	}
}

// compressed is the size of a tree as an archive that gzip packs, as a registry has it.
func compressed(root *rootfs.Root) (int64, error) {
	var n counter
	z := gzip.NewWriter(&n)
	w := tar.NewWriter(z)
	err := root.Walk("/", func(e rootfs.Entry) error {
		hdr := &tar.Header{
			Name: strings.TrimPrefix(e.Path, "/"), Mode: int64(e.Mode.Perm()), Uid: e.UID, Gid: e.GID,
			ModTime: e.ModTime, Size: e.Size, Linkname: e.Link, Typeflag: tar.TypeReg,
		}
		switch {
		case e.Mode.IsDir():
			hdr.Typeflag, hdr.Name, hdr.Size = tar.TypeDir, hdr.Name+"/", 0
		case e.IsLink():
			hdr.Typeflag, hdr.Size = tar.TypeSymlink, 0
		case !e.Mode.IsRegular():
			return nil
		}
		if err := w.WriteHeader(hdr); err != nil || hdr.Typeflag != tar.TypeReg {
			return err
		}
		r, err := e.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, io.NewSectionReader(r, 0, e.Size))
		return err
	})
	err = errors.Join(err, w.Close(), z.Close())
	return int64(n) + int64(n)/margin, err
}

// margin is the part by which an exporter's archive may be bigger: its headers say more,
// and other versions pack otherwise. A budget that is met here is met in a registry.
const margin = 100

// counter counts what is written to it.
type counter int64

// Write counts.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// budget is what an image may have; 0 is as much as it likes.
type budget struct {
	size, compressed *int64
	packages         *int
}

func budgetCommand(flags *flag.FlagSet) func(io.Writer) error {
	b := budget{
		size:       flags.Int64("size", 0, "bytes on disk"),
		compressed: flags.Int64("compressed", 0, "bytes of all layers as gzip packs them"),
		packages:   flags.Int("packages", 0, "number of Python packages"),
	}
	dir := flags.String("report", "", "directory with report.json")
	weights := list(flags, "weight", "directory with the weight of a layer (repeatable)")
	out := flags.String("out", "", "directory, which stays empty")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		m, err := report.ReadImage(filepath.Join(*dir, "report.json"))
		if err != nil {
			return err
		}
		packed, err := readWeights(*weights)
		if err != nil {
			return err
		}
		if err := b.check(m, packed); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "budget: %s on disk, %d packages\n", size(m.Size), m.Packages)
		return rootfs.NewLayer(nil).Write(*out)
	}
}

// check tells what is over the budget, with the ten biggest causes.
func (b budget) check(m *report.Image, packed []report.Part) error {
	var sum int64
	for _, p := range packed {
		sum += p.Bytes
	}
	var text strings.Builder
	over := func(what string, has, may int64) {
		if may > 0 && has > may {
			fmt.Fprintf(&text, "the image has %s %s, %s more than its budget of %s\n", exactly(has), what, exactly(has-may), exactly(may))
		}
	}
	over("on disk", m.Size, *b.size)
	if text.Len() > 0 {
		causes(&text, m.Biggest(shownCauses))
	}
	before := text.Len()
	over("compressed", sum, *b.compressed)
	if text.Len() > before {
		slices.SortFunc(packed, func(x, y report.Part) int {
			return cmp.Or(cmp.Compare(y.Bytes, x.Bytes), strings.Compare(x.Name, y.Name))
		})
		causes(&text, packed[:min(shownCauses, len(packed))])
	}
	if *b.packages > 0 && m.Packages > *b.packages {
		fmt.Fprintf(&text, "the image has %d packages, %d more than its budget of %d\n", m.Packages, m.Packages-*b.packages, *b.packages)
		causes(&text, m.BiggestPackages(shownCauses))
	}
	if text.Len() == 0 {
		return nil
	}
	return errors.New(text.String() + "(keelback plan lists all; leave something out, or raise the budget)")
}

// exactly is a number of bytes of which small ones count too.
func exactly(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return size(n)
}

// shownCauses is how many of the biggest parts are told.
const shownCauses = 10

func causes(w io.Writer, parts []report.Part) {
	for _, p := range parts {
		fmt.Fprintf(w, "  %9s  %s\n", exactly(p.Bytes), p.Name)
	}
}

// readWeights reads what `weigh` wrote.
func readWeights(dirs []string) ([]report.Part, error) {
	var all []report.Part
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "weight"))
		if err != nil {
			return nil, err
		}
		number, name, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		all = append(all, report.Part{Name: name, Bytes: n})
	}
	return all, nil
}
