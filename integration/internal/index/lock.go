package index

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// locked is what a lock says about a package.
type locked struct {
	name, version string
	files         []lockedFile
}

type lockedFile struct {
	name, sha256 string
	size         int
}

// Lock is the text of a pylock.toml (PEP 751) that names files, which a server at a URL
// has below /files/. The package of a file follows from its name.
func Lock(url string, files []string) (string, error) {
	packages, err := lockPackages(files)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprint(&out, "lock-version = \"1.0\"\ncreated-by = \"keelback-test\"\n")
	for _, p := range packages {
		fmt.Fprintf(&out, "\n[[packages]]\nname = %q\nversion = %q\n", p.name, p.version)
		var wheels []string
		for _, f := range p.files {
			text := fmt.Sprintf("{name = %q, url = %q, size = %d, hashes = {sha256 = %q}}", f.name, url+"/files/"+f.name, f.size, f.sha256)
			if strings.HasSuffix(f.name, ".whl") {
				wheels = append(wheels, text)
			} else {
				fmt.Fprintf(&out, "sdist = %s\n", text)
			}
		}
		if len(wheels) > 0 {
			fmt.Fprintf(&out, "wheels = [\n    %s,\n]\n", strings.Join(wheels, ",\n    "))
		}
	}
	return out.String(), nil
}

// Requirements is the text of a requirements.txt that pins the packages of files by
// their hashes.
func Requirements(files []string) (string, error) {
	packages, err := lockPackages(files)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, p := range packages {
		fmt.Fprintf(&out, "%s==%s", p.name, p.version)
		for _, f := range p.files {
			fmt.Fprintf(&out, " \\\n    --hash=sha256:%s", f.sha256)
		}
		out.WriteString("\n")
	}
	return out.String(), nil
}

// lockPackages groups files by their packages, in the order of the names.
func lockPackages(files []string) ([]locked, error) {
	var packages []locked
	for _, file := range slices.Sorted(slices.Values(files)) {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		base := filepath.Base(file)
		name, version, ok := nameAndVersion(base)
		if !ok {
			return nil, fmt.Errorf("%s: neither a wheel nor a source distribution by its name", file)
		}
		i := slices.IndexFunc(packages, func(p locked) bool { return p.name == name && p.version == version })
		if i < 0 {
			i = len(packages)
			packages = append(packages, locked{name: name, version: version})
		}
		packages[i].files = append(packages[i].files, lockedFile{base, fmt.Sprintf("%x", sha256.Sum256(data)), len(data)})
	}
	return packages, nil
}

var separators = regexp.MustCompile(`[-_.]+`)

// nameAndVersion reads the name of a wheel or of a source distribution. The name of the
// package is normalised (PEP 503).
func nameAndVersion(file string) (name, version string, ok bool) {
	if stem, isWheel := strings.CutSuffix(file, ".whl"); isWheel {
		parts := strings.Split(stem, "-")
		if len(parts) < 5 {
			return "", "", false
		}
		name, version = parts[0], parts[1]
	} else {
		stem, isSource := strings.CutSuffix(file, ".tar.gz")
		i := strings.LastIndexByte(stem, '-')
		if !isSource || i < 0 {
			return "", "", false
		}
		name, version = stem[:i], stem[i+1:]
	}
	return strings.ToLower(separators.ReplaceAllString(name, "-")), version, true
}
