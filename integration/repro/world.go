package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// world is where builds are made: everything about it must not matter.
type world struct {
	name     string
	dir      string      // for its files
	programs string      // directory of the programs; empty: bin
	env      []string    // of the programs: time zone, number of processors
	umask    fs.FileMode // of the context's files
	mtime    time.Time   // of the context's files
}

// aheadBy is how much later it is in the second world.
const aheadBy = 4 * 24 * time.Hour

// worlds makes the two worlds, with their directories below dir.
func worlds(ctx context.Context, repo, dir string, out io.Writer) (here, ahead world, err error) {
	here = world{
		name: "this world", dir: filepath.Join(dir, "a"), umask: 0o022,
		env:   []string{"TZ=UTC", "GOMAXPROCS=1"},
		mtime: time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC),
	}
	ahead = world{
		name: "other world", dir: filepath.Join(dir, "another directory"), umask: 0o077,
		programs: filepath.Join(dir, "programs"),
		mtime:    time.Date(2037, 8, 9, 10, 11, 12, 13, time.UTC),
	}
	zone := filepath.Join(dir, "zone")
	ahead.env = []string{"TZ=" + zone, "GOMAXPROCS=5"}
	for _, d := range []string{here.dir, ahead.dir, ahead.programs} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return here, ahead, err
		}
	}
	if err := writeZone(ctx, zone); err != nil {
		return here, ahead, fmt.Errorf("time zone: %w", err)
	}
	fmt.Fprintf(out, "building programs whose clock is %s ahead; it takes minutes the first time\n", aheadBy)
	if err := buildAhead(ctx, repo, dir, ahead.programs); err != nil {
		return here, ahead, fmt.Errorf("clock: %w", err)
	}
	return here, ahead, nil
}

// writeZone writes the rules of a time zone far from the usual ones, which the machine
// may not have. TZ names the file.
func writeZone(ctx context.Context, file string) error {
	root, err := goroot(ctx)
	if err != nil {
		return err
	}
	archive, err := zip.OpenReader(filepath.Join(root, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		return err
	}
	defer archive.Close()
	data, err := fs.ReadFile(archive, "Asia/Kathmandu")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// buildAhead builds the programs with another time.Now. The standard library itself
// stays as it is: the compiler is given another file in place of one of its own.
func buildAhead(ctx context.Context, repo, dir, programs string) error {
	root, err := goroot(ctx)
	if err != nil {
		return err
	}
	original := filepath.Join(root, "src", "time", "time.go")
	text, err := os.ReadFile(original)
	if err != nil {
		return err
	}
	before := []byte("\nfunc Now() Time {\n\tsec, nsec, mono := runtimeNow()\n")
	if bytes.Count(text, before) != 1 {
		return fmt.Errorf("%s: time.Now is not what it was in Go 1.26", original)
	}
	text = bytes.Replace(text, before, fmt.Appendf(before, "\tsec += %d\n", int64(aheadBy.Seconds())), 1)
	replacement := filepath.Join(dir, "time.go")
	if err := os.WriteFile(replacement, text, 0o644); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: replacement}})
	if err != nil {
		return err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", overlayFile, "-ldflags", "-s -w -buildid=", "-o", programs+"/",
		"./cmd/...", "github.com/moby/buildkit/cmd/buildkitd")
	cmd.Dir, cmd.Env = repo, append(os.Environ(), "CGO_ENABLED=0")
	if log, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, log)
	}
	return nil
}

func goroot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	return strings.TrimSpace(string(out)), err
}
