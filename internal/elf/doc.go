// Package elf finds out what a rootfs needs so that its programs and shared
// objects can be loaded. It reads ELF files as a dynamic loader does and looks for
// what they need where the loaders of glibc and musl look. Nothing is executed, so
// the files may be of any architecture.
//
// What one object needs may be met by another that is loaded before it under the
// same name. That counts for all that the interpreter itself loads at its start.
// Wheels that open a library of their own by ctypes first, and then the extension
// that needs it, cannot be told from others without running them: so a need of an
// extension which no directory meets counts as met when a file of the virtual
// environment has its name, as SONAME or as file name.
//
// glibc's loader refuses a library that lacks a symbol version which is needed of it
// (GLIBC_2.38), and so does the search. What only objects need that nothing has to
// load, such as plug-ins, is optional.
package elf
