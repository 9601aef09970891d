// Package ospkg reads the databases of apk and dpkg in a rootfs, and records in an
// image which packages the files copied into it come from, so that scanners see
// them.
package ospkg
