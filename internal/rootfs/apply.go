package rootfs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Apply puts a tree over the rootfs in a directory of this machine, as if the tree
// were a layer over it: files replace what is there, directories keep what is in
// them and get the tree's modes, owners and times. It returns the number of
// entries put there.
//
// A directory that would replace a link is an error. The tree was not made
// for this base then, and the directory would hide what the link leads to.
func Apply(tree *Root, out string) (int, error) {
	top, err := read("/", out)
	if err != nil {
		return 0, err
	}
	var entries []Entry
	err = tree.Walk("/", func(e Entry) error {
		old, err := os.Lstat(filepath.Join(out, e.Path))
		if err == nil && e.Mode.IsDir() && old.Mode()&os.ModeSymlink != 0 {
			return fmt.Errorf("%s: a directory would replace a link of the base", e.Path)
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		host := filepath.Join(out, e.Path)
		if !e.Mode.IsDir() || !isDir(host) {
			if err := os.RemoveAll(host); err != nil {
				return 0, err
			}
		}
		if err := write(host, e); err != nil {
			return 0, fmt.Errorf("%s: %w", e.Path, err)
		}
	}
	for _, e := range slices.Backward(entries) {
		if e.Mode.IsDir() {
			if err := setMetadata(filepath.Join(out, e.Path), e); err != nil {
				return 0, fmt.Errorf("%s: %w", e.Path, err)
			}
		}
	}
	return len(entries), setMetadata(out, top)
}
