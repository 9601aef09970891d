// Package elf finds out what a rootfs needs so that its programs and shared
// objects can be loaded. It reads ELF files as a dynamic loader does and looks for
// what they need where the loaders of glibc and musl look. Nothing is executed, so
// the files may be of any architecture.
package elf
