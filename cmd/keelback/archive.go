package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/identity"
)

// archive is a file that is there as a whole or not at all. The path - is stdout,
// which is written as it comes.
type archive struct {
	path string
	temp string
}

// open is called by the session when the daemon sends the file.
func (a *archive) open(map[string]string) (io.WriteCloser, error) {
	if a.path == "-" {
		return stdout{os.Stdout}, nil
	}
	a.temp = tempName(filepath.Dir(a.path))
	return os.OpenFile(a.temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}

// tempName is that of a new file, which [tempPattern] matches.
func tempName(dir string) string {
	return filepath.Join(dir, ".keelback-"+identity.NewID()+".tmp")
}

// probe tells before a build whether its files can be written after it.
func (out *outputs) probe(results []result) error {
	for _, r := range results {
		if r.archive == nil || r.archive.path == "-" {
			continue
		}
		if err := probeDir(filepath.Dir(r.archive.path)); err != nil {
			return usagef("dest: %w", err)
		}
	}
	if out.metadataFile != "" {
		if err := probeDir(filepath.Dir(out.metadataFile)); err != nil {
			return usagef("--metadata-file: %w", err)
		}
	}
	return nil
}

// probeDir makes a file in a directory, and removes it.
func probeDir(dir string) error {
	name := tempName(dir)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fmt.Errorf("%s: %w", dir, pathErr.Err)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(name))
}

// stdout outlives the archive that is written to it.
type stdout struct{ io.Writer }

func (stdout) Close() error { return nil }

// commit gives the file its name.
func (a *archive) commit() error {
	if a.path == "-" {
		return nil
	}
	if a.temp == "" {
		return fmt.Errorf("%s: the daemon sent nothing", a.path)
	}
	if err := os.Rename(a.temp, a.path); err != nil {
		return err
	}
	a.temp = ""
	return nil
}

// discard removes what was not committed.
func (a *archive) discard() error {
	if a.temp == "" {
		return nil
	}
	return os.Remove(a.temp)
}

// size is that of all blobs of an archived image: what a registry would store.
func (a *archive) size() (int64, error) {
	f, err := os.Open(a.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	size := int64(0)
	for r := tar.NewReader(f); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", a.path, err)
		}
		if strings.HasPrefix(header.Name, "blobs/") {
			size += header.Size
		}
	}
}

// commit gives all files their names.
func commit(results []result) error {
	for _, r := range results {
		if r.archive == nil {
			continue
		}
		if err := r.archive.commit(); err != nil {
			return err
		}
	}
	return nil
}

// discard removes all files that were not committed.
func discard(results []result) error {
	var errs []error
	for _, r := range results {
		if r.archive != nil {
			errs = append(errs, r.archive.discard())
		}
	}
	return errors.Join(errs...)
}

// summarise says where the image is.
func (a *app) summarise(results []result, digest string) error {
	w := a.stdout
	if slices.ContainsFunc(results, func(r result) bool { return r.archive != nil && r.archive.path == "-" }) {
		w = a.stderr
	}
	for _, r := range results {
		if push, _ := strconv.ParseBool(r.Attrs["push"]); push {
			for name := range strings.SplitSeq(r.Attrs["name"], ",") {
				fmt.Fprintf(w, "pushed %s@%s\n", name, digest)
			}
		}
		if r.archive == nil || r.archive.path == "-" || r.Type == client.ExporterTar {
			continue
		}
		size, err := r.archive.size()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s: digest %s, %.1f MB compressed\n", r.archive.path, digest, float64(size)/1e6)
	}
	return nil
}
