// Package ospkg reads the databases of apk and dpkg in a rootfs, and records in an
// image which packages the files copied into it come from, so that scanners see
// them. It also copies whole packages of Debian, with all that they depend on, into an
// image that has no package manager.
package ospkg
