package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/keelback/keelback/internal/rootfs"
)

func changesCommand(flags *flag.FlagSet) func(io.Writer) error {
	base := flags.String("base", "", "rootfs of the base")
	tree := flags.String("tree", "", "rootfs of the base, in which a package manager installed packages")
	out := flags.String("out", "", "directory for the tree to lay over the base")
	return func(stderr io.Writer) error {
		if err := checkOut(*out); err != nil {
			return err
		}
		baseRoot, err := open("base", *base)
		if err != nil {
			return err
		}
		treeRoot, err := open("tree", *tree)
		if err != nil {
			return err
		}
		l, err := rootfs.Changes(baseRoot, treeRoot, noPackage()...)
		if err != nil {
			return err
		}
		if err := settle(l, baseRoot); err != nil {
			return err
		}
		files, bytes := total(l)
		fmt.Fprintf(stderr, "changes: %d files, %s\n", files, size(bytes))
		return l.Write(*out)
	}
}

// noPackage lists what changes while packages are installed and is no part of
// them: traces of the installation, and what a container engine puts there.
func noPackage() []string {
	return []string{
		"/dev", "/proc", "/sys", "/run/",
		"/etc/resolv.conf", "/etc/hosts", "/etc/hostname",
		"/etc/apk/cache", "/lib/apk/exec",
		"/var/cache/", "/var/log/", "/tmp/", "/root/",
	}
}
