package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

// fields reads the fields of a WHEEL or METADATA file (the headers of a mail),
// names in lower case. A field that comes again is no matter: the first counts.
func fields(text []byte) map[string]string {
	out := map[string]string{}
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, ok := strings.Cut(string(line), ":")
		name = strings.ToLower(name)
		if _, seen := out[name]; !ok || seen || strings.HasPrefix(name, " ") || strings.HasPrefix(name, "\t") {
			continue
		}
		out[name] = strings.TrimSpace(value)
	}
	return out
}

// checkWheelFile checks the WHEEL file: another major version would need another
// installer. It gives notes where a minor version is newer than what is known, and
// where the file was renamed: what a wheel runs on goes by its name.
func checkWheelFile(text []byte, tags []wheel.Tag) (notes []string, err error) {
	f := fields(text)
	version, ok := f["wheel-version"]
	if !ok {
		return nil, errors.New("does not say the version of its format (Wheel-Version: 1.0 works)")
	}
	major, minor, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	switch {
	case err != nil || n < 0:
		return nil, fmt.Errorf("version %q of its format is no version (Wheel-Version: 1.0 works)", version)
	case major != "1":
		return nil, fmt.Errorf("version %s of its format (Wheel-Version: 1.0 works)", show(version))
	}
	if pure, ok := f["root-is-purelib"]; ok && !strings.EqualFold(pure, "true") && !strings.EqualFold(pure, "false") {
		return nil, fmt.Errorf("%q is neither true nor false (Root-Is-Purelib)", pure)
	}
	if n > 0 {
		notes = append(notes, fmt.Sprintf("its format is %s; what is new since 1.0 is not known here", version))
	}
	own := ownTags(text)
	if len(own) > 0 && !slices.ContainsFunc(tags, func(t wheel.Tag) bool { return own[t] }) {
		notes = append(notes, "was built for other tags than those of its name")
	}
	return notes, nil
}

// ownTags are the tags that a WHEEL file has, one a line, or several as in names.
func ownTags(text []byte) map[wheel.Tag]bool {
	tags := map[wheel.Tag]bool{}
	for line := range bytes.Lines(text) {
		name, value, _ := strings.Cut(string(line), ":")
		if !strings.EqualFold(name, "Tag") {
			continue
		}
		if n, err := wheel.ParseName("x-1-" + strings.TrimSpace(value) + ".whl"); err == nil {
			for _, t := range n.Tags {
				tags[t] = true
			}
		}
	}
	return tags
}

// checkMetadata checks that a METADATA file is of the package that the file name
// says.
func checkMetadata(text []byte, name, version string) error {
	f := fields(text)
	if got := f["name"]; wheel.NormalName(got) != name {
		return fmt.Errorf("metadata of %q (the file is named for %s)", got, name)
	}
	if got := f["version"]; !isVersion(got, version) {
		return fmt.Errorf("metadata of version %q (the file is named for %s)", got, version)
	}
	return nil
}

// isVersion reports whether a package's version is the one that its file is named
// for. Builders may put a local version into the file name only.
func isVersion(got, file string) bool {
	public, _, _ := strings.Cut(file, "+")
	return wheel.CompareVersions(got, file) == 0 || wheel.CompareVersions(got, public) == 0
}
