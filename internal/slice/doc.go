// Package slice takes out of a builder image what a service needs at run time: the
// interpreter, the standard library, the shared libraries that these and the
// virtual environment need, and the records of the packages they come from.
package slice
