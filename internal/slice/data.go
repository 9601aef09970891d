package slice

import (
	"errors"
	"io/fs"
	"path"

	"github.com/keelback/keelback/internal/rootfs"
)

const (
	caBundle = "/etc/ssl/certs/ca-certificates.crt"
	zoneinfo = "/usr/share/zoneinfo"
)

// certificates adds the bundle of authorities where the base lacks it, and the
// names by which the builds of OpenSSL look for it: those of Alpine and of
// python-build-standalone by the first, Debian's by the second.
func (r *slicer) certificates() error {
	if _, err := r.layer.Stat(caBundle); err != nil {
		if _, err := r.Builder.Stat(caBundle); err != nil {
			r.notes = append(r.notes, caBundle+": neither the runtime base nor the builder has it")
			return nil
		}
		if err := r.layer.Copy(r.Builder, caBundle); err != nil {
			return err
		}
	}
	for _, name := range []string{"/etc/ssl/cert.pem", "/usr/lib/ssl/cert.pem"} {
		if _, err := r.layer.Lstat(name); err == nil {
			continue
		}
		if _, err := r.Builder.Stat(path.Dir(name)); err != nil {
			continue
		}
		if err := r.layer.Link(name, caBundle); err != nil {
			return err
		}
	}
	return nil
}

// timeZones adds the time zone database where the base lacks it. Its two copies
// that count leap seconds otherwise are left out, as no Python reads them.
func (r *slicer) timeZones() error {
	if _, err := r.layer.Stat(zoneinfo); err == nil {
		return nil
	}
	err := r.Builder.Walk(zoneinfo, func(e rootfs.Entry) error {
		name := path.Base(e.Path)
		switch {
		case e.Mode.IsDir() && (name == "posix" || name == "right"):
			return fs.SkipDir
		case e.Mode.IsDir():
			return nil
		case e.IsLink():
			return r.copyLink(e)
		}
		return r.layer.Add(e.Normal())
	})
	if errors.Is(err, fs.ErrNotExist) {
		r.notes = append(r.notes, zoneinfo+": neither the runtime base nor the builder has it")
		return nil
	}
	return err
}
