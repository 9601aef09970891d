//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keelback/keelback/integration/internal/oci"
	"github.com/rogpeppe/go-internal/testscript"
)

func cmdUnpack(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("unpack", flag.ContinueOnError)
	platform := flags.String("platform", "", "OS/ARCH")
	ts.Check(flags.Parse(args))
	if flags.NArg() != 2 {
		ts.Fatalf("usage: unpack [-platform OS/ARCH] IMAGE DIR")
	}
	summary, err := oci.Unpack(imageName(ts, flags.Arg(0)), *platform, ts.MkAbs(flags.Arg(1)))
	if err == nil {
		fmt.Fprint(ts.Stdout(), summary)
	}
	expect(ts, neg, err)
}

// imageName makes the path of an image absolute; a reference stays as it is.
func imageName(ts *testscript.TestScript, image string) string {
	if path := ts.MkAbs(image); exists(path) {
		return path
	}
	return image
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func cmdManifest(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! manifest")
	}
	fmt.Fprintln(ts.Stdout(), strings.Join(describeTrees(ts, "manifest", args, 1)[0], "\n"))
}

func cmdDiffTree(ts *testscript.TestScript, neg bool, args []string) {
	trees := describeTrees(ts, "difftree", args, 2)
	diff := oci.Differences(trees[0], trees[1])
	fmt.Fprint(ts.Stdout(), diff)
	var err error
	if diff != "" {
		err = fmt.Errorf("%s and %s differ", args[len(args)-2], args[len(args)-1])
	}
	expect(ts, neg, err)
}

// describeTrees describes the n trees that a command names; of an unpacked image
// the tree is its rootfs.
func describeTrees(ts *testscript.TestScript, command string, args []string, n int) [][]string {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	times := flags.Bool("mtime", false, "times too")
	ts.Check(flags.Parse(args))
	if flags.NArg() != n {
		ts.Fatalf("usage: %s [-mtime] %s", command, strings.TrimSpace(strings.Repeat("DIR ", n)))
	}
	var trees [][]string
	for _, dir := range flags.Args() {
		dir = ts.MkAbs(dir)
		if exists(filepath.Join(dir, "manifest.json")) {
			dir = filepath.Join(dir, "rootfs")
		}
		lines, err := oci.Describe(dir, *times)
		ts.Check(err)
		trees = append(trees, lines)
	}
	return trees
}

func cmdProvenance(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: provenance IMAGE")
	}
	statements, err := oci.Provenance(imageName(ts, args[0]))
	for _, statement := range statements {
		var indented bytes.Buffer
		ts.Check(json.Indent(&indented, statement, "", "  "))
		fmt.Fprintln(ts.Stdout(), indented.String())
	}
	expect(ts, neg, err)
}
