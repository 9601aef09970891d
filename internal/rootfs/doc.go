// Package rootfs reads root file systems that lie in a directory of this
// machine, and writes trees that are laid over them.
//
// A path is always one inside a root file system: absolute, separated by
// slashes. Links are followed inside of it too, so that an absolute link of an
// image never leads to a file of this machine.
package rootfs
