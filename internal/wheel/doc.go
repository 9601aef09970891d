// Package wheel selects wheels: it takes their names apart, orders them by the tags that
// a platform takes, and evaluates the markers and version specifiers of requirements.
//
// All of it is about the target of a build, never about the machine that the build runs
// on. The C library's version of a target is read from the base of its runtime, see
// [LibcFromMusl] and [LibcFromGlibc].
//
// What it has to agree with is the Python project `packaging`, which pip is made of:
//
//   - names and compressed tag sets: PEP 425, PEP 427 and the "binary distribution format"
//   - tags: CPython with abi3 and abi3t (PEP 384, 703, 803), manylinux (PEP 513, 571, 599,
//     600), musllinux (PEP 656)
//   - markers: PEP 508, with the sets of PEP 751
//   - versions and specifiers: PEP 440
//
// The golden files below testdata are the answers of packaging for real locks and for
// random markers and versions; testdata/oracle.py writes them.
package wheel
