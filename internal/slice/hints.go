package slice

import (
	"path"
	"strconv"
	"strings"
)

// hint names the system packages that have a library.
type hint struct {
	library     string // pattern of its SONAME (path.Match)
	apk, debian string // of Alpine 3.22 and of Debian 13; empty where the base has it under another name
}

// of is the package in a release (os-release(5)). A base that is older than Debian 13, or
// than Ubuntu 24.04, has libraries that came with it under no name, and the others
// under the names from before the change of time_t to 64 bits.
func (h hint) of(release map[string]string) string {
	oldest := 13.0
	if release["ID"] == "ubuntu" {
		oldest = 24.04
	}
	if v, err := strconv.ParseFloat(release["VERSION_ID"], 64); err != nil || v >= oldest {
		return h.debian // unstable releases have no version
	}
	switch h.library {
	case "libaio.so.1":
		return "libaio1"
	case "libgeos_c.so.1":
		return "libgeos-c1v5"
	case "libaio.so.1t64", "libgdal.so.36", "libgirepository-2.0.so.0", "libhdf5.so.310", "liblber.so.2", "libldap.so.2",
		"libleptonica.so.6", "libMagickWand-7.Q16.so.10", "libMagickWand-7.Q16HDRI.so.10", "libnetcdf.so.22":
		return ""
	}
	return strings.Replace(h.debian, "t64", "", 1)
}

// hints are the libraries that packages of Python need most often. Of a library whose
// SONAME has the version of its interface, another version is another package.
func hints() []hint {
	return []hint{
		// Pictures, windows and fonts.
		{"libGL.so.1", "mesa-gl", "libgl1"},
		{"libEGL.so.1", "mesa-egl", "libegl1"},
		{"libGLESv2.so.2", "mesa-gles", "libgles2"},
		{"libOpenGL.so.0", "", "libopengl0"},
		{"libgbm.so.1", "mesa-gbm", "libgbm1"},
		{"libdrm.so.2", "libdrm", "libdrm2"},
		{"libX11.so.6", "libx11", "libx11-6"},
		{"libX11-xcb.so.1", "libx11", "libx11-xcb1"},
		{"libXext.so.6", "libxext", "libxext6"},
		{"libXrender.so.1", "libxrender", "libxrender1"},
		{"libXi.so.6", "libxi", "libxi6"},
		{"libXtst.so.6", "libxtst", "libxtst6"},
		{"libXrandr.so.2", "libxrandr", "libxrandr2"},
		{"libXfixes.so.3", "libxfixes", "libxfixes3"},
		{"libXcomposite.so.1", "libxcomposite", "libxcomposite1"},
		{"libXdamage.so.1", "libxdamage", "libxdamage1"},
		{"libxkbcommon.so.0", "libxkbcommon", "libxkbcommon0"},
		{"libxcb.so.1", "libxcb", "libxcb1"},
		{"libSM.so.6", "libsm", "libsm6"},
		{"libICE.so.6", "libice", "libice6"},
		{"libfontconfig.so.1", "fontconfig", "libfontconfig1"},
		{"libfreetype.so.6", "freetype", "libfreetype6"},
		{"libharfbuzz.so.0", "harfbuzz", "libharfbuzz0b"},
		{"libharfbuzz-subset.so.0", "harfbuzz-subset", "libharfbuzz-subset0"},
		{"libcairo.so.2", "cairo", "libcairo2"},
		{"libpango-1.0.so.0", "pango", "libpango-1.0-0"},
		{"libpangocairo-1.0.so.0", "pango", "libpangocairo-1.0-0"},
		{"libpangoft2-1.0.so.0", "pango", "libpangoft2-1.0-0"},
		{"libgdk_pixbuf-2.0.so.0", "gdk-pixbuf", "libgdk-pixbuf-2.0-0"},
		{"libjpeg.so.62", "", "libjpeg62-turbo"},
		{"libjpeg.so.8", "libjpeg-turbo", ""},
		{"libtiff.so.6", "tiff", "libtiff6"},
		{"libwebp.so.7", "libwebp", "libwebp7"},
		{"libopenjp2.so.7", "openjpeg", "libopenjp2-7"},
		{"libpng16.so.16", "libpng", "libpng16-16t64"},
		{"libvips.so.42", "vips", "libvips42t64"},
		{"libMagickWand-7.Q16.so.10", "", "libmagickwand-7.q16-10"},
		{"libMagickWand-7.Q16HDRI.so.10", "imagemagick-libs", "libmagickwand-7.q16hdri-10"},
		{"libzbar.so.0", "zbar", "libzbar0t64"},
		{"libtesseract.so.5", "tesseract-ocr", "libtesseract5"},
		{"libleptonica.so.6", "leptonica", "libleptonica6"},

		// GLib and what is built on it.
		{"libglib-2.0.so.0", "glib", "libglib2.0-0t64"},
		{"libgobject-2.0.so.0", "glib", "libglib2.0-0t64"},
		{"libgio-2.0.so.0", "glib", "libglib2.0-0t64"},
		{"libgmodule-2.0.so.0", "glib", "libglib2.0-0t64"},
		{"libgthread-2.0.so.0", "glib", "libglib2.0-0t64"},
		{"libgirepository-1.0.so.1", "gobject-introspection", "libgirepository-1.0-1"},
		{"libgirepository-2.0.so.0", "glib", "libgirepository-2.0-0"},
		{"libdbus-1.so.3", "dbus-libs", "libdbus-1-3"},

		// Databases and services.
		{"libpq.so.5", "libpq", "libpq5"},
		{"libmariadb.so.3", "mariadb-connector-c", "libmariadb3"},
		{"libodbc.so.2", "unixodbc", "libodbc2"},
		{"libodbcinst.so.2", "unixodbc", "libodbcinst2"},
		{"libsybdb.so.5", "freetds", "libsybdb5"},
		{"libsqlite3.so.0", "sqlite-libs", "libsqlite3-0"},
		{"libldap.so.2", "libldap", "libldap2"},
		{"liblber.so.2", "libldap", "libldap2"},
		{"libsasl2.so.2", "", "libsasl2-2"},
		{"libsasl2.so.3", "libsasl", ""},
		{"libgssapi_krb5.so.2", "krb5-libs", "libgssapi-krb5-2"},
		{"libkrb5.so.3", "krb5-libs", "libkrb5-3"},
		{"libmemcached.so.11", "libmemcached-libs", "libmemcached11t64"},
		{"librdkafka.so.1", "librdkafka", "librdkafka1"},
		{"libzmq.so.5", "libzmq", "libzmq5"},
		{"libcurl.so.4", "libcurl", "libcurl4t64"},
		{"libcurl-gnutls.so.4", "", "libcurl3t64-gnutls"},
		{"libaio.so.1t64", "", "libaio1t64"},
		{"libaio.so.1", "libaio", ""},

		// Numbers and geography.
		{"libgomp.so.1*", "libgomp", "libgomp1"},
		{"libgfortran.so.5", "libgfortran", "libgfortran5"},
		{"libquadmath.so.0", "libquadmath", "libquadmath0"},
		{"libopenblas.so.0", "openblas", "libopenblas0-pthread"},
		{"libopenblas.so.3", "openblas", ""},
		{"libblas.so.3", "blas", "libblas3"},
		{"liblapack.so.3", "lapack", "liblapack3"},
		{"libtbb.so.12", "onetbb", "libtbb12"},
		{"libnuma.so.1", "numactl", "libnuma1"},
		{"libgmp.so.10", "gmp", "libgmp10"},
		{"libmpfr.so.6", "mpfr4", "libmpfr6"},
		{"libmpc.so.3", "mpc1", "libmpc3"},
		{"libhdf5.so.310", "hdf5", "libhdf5-310"},
		{"libnetcdf.so.22", "netcdf", "libnetcdf22"},
		{"libgeos_c.so.1", "geos", "libgeos-c1t64"},
		{"libgdal.so.36", "gdal", "libgdal36"},
		{"libproj.so.25", "proj", "libproj25"},

		// Text, sound and data.
		{"libmagic.so.1", "libmagic", "libmagic1t64"},
		{"libxml2.so.2", "libxml2", "libxml2"},
		{"libxslt.so.1", "libxslt", "libxslt1.1"},
		{"libexslt.so.0", "libxslt", "libxslt1.1"},
		{"libxmlsec1.so.1", "xmlsec", "libxmlsec1t64"},
		{"libxmlsec1-openssl.so.1", "xmlsec", "libxmlsec1t64-openssl"},
		{"libyaml-0.so.2", "yaml", "libyaml-0-2"},
		{"libexpat.so.1", "libexpat", "libexpat1"},
		{"libpcre2-8.so.0", "pcre2", "libpcre2-8-0"},
		{"libsndfile.so.1", "libsndfile", "libsndfile1"},
		{"libportaudio.so.2", "portaudio", "libportaudio2"},
		{"libasound.so.2", "alsa-lib", "libasound2t64"},
		{"libpulse.so.0", "libpulse", "libpulse0"},
		{"libopus.so.0", "opus", "libopus0"},
		{"libusb-1.0.so.0", "libusb", "libusb-1.0-0"},
		{"libz.so.1", "zlib", "zlib1g"},
		{"libbz2.so.1.0", "", "libbz2-1.0"},
		{"libbz2.so.1", "libbz2", ""},
		{"liblzma.so.5", "xz-libs", "liblzma5"},
		{"libzstd.so.1", "zstd-libs", "libzstd1"},
		{"liblz4.so.1", "lz4-libs", "liblz4-1"},

		// What compilers and the system bring.
		{"libstdc++.so.6", "libstdc++", "libstdc++6"},
		{"libgcc_s.so.1", "libgcc", "libgcc-s1"},
		{"libatomic.so.1", "libatomic", "libatomic1"},
		{"libffi.so.8", "libffi", "libffi8"},
		{"libssl.so.3", "libssl3", "libssl3t64"},
		{"libcrypto.so.3", "libcrypto3", "libssl3t64"},
		{"libsodium.so.23", "libsodium", "libsodium23"},
		{"libuuid.so.1", "libuuid", "libuuid1"},
		{"libcrypt.so.1", "", "libcrypt1"},
		{"libnss3.so", "nss", "libnss3"},
		{"libnspr4.so", "nspr", "libnspr4"},
		{"libcups.so.2", "cups-libs", "libcups2t64"},
		{"libuv.so.1", "libuv", "libuv1t64"},
		{"libevent-2.1.so.7", "libevent", "libevent-2.1-7t64"},
		{"libltdl.so.7", "libltdl", "libltdl7"},
	}
}

// packageOf is the system package of a release that has a library, or empty. The library
// is a name such as libpq.so.5, or such as find_library takes it: pq.
func packageOf(library string, apk bool, release map[string]string) string {
	for _, h := range hints() {
		ok, _ := path.Match(h.library, library)
		if !strings.Contains(library, ".so") {
			stem, _, _ := strings.Cut(h.library, ".so")
			ok, _ = path.Match(stem, "lib"+library)
		}
		name := h.of(release)
		if apk {
			name = h.apk
		}
		if ok && name != "" {
			return name
		}
	}
	return ""
}
