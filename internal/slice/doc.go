// Package slice takes out of a builder image what a service needs at run time: the
// interpreter, the standard library, the shared libraries that these and the
// virtual environment need, and the records of the packages they come from.
//
// It then checks the whole rootfs that this makes with the base: each program and
// shared object, the interpreters of scripts, and the libraries that code of Python
// opens by name. What has to work and cannot is an error; what may never be used is a
// warning. Both name the package, and what can be done.
package slice
