package slim

import (
	"path"
	"slices"
	"strings"
)

// isMetadata reports whether a path is of a package's metadata.
func isMetadata(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return strings.HasSuffix(top, ".dist-info") || strings.HasSuffix(top, ".egg-info")
}

// isProtected reports whether no rule for all files may take a path: metadata,
// licences, what Python reads or runs when it starts, the mark of typed packages, and
// the libraries that auditwheel puts beside a package.
func isProtected(name string) bool {
	if isMetadata(name) || path.Base(name) == "py.typed" {
		return true
	}
	if ext := path.Ext(name); ext == ".pth" || ext == ".start" {
		return true
	}
	for part := range strings.SplitSeq(name, "/") {
		stem, _, _ := strings.Cut(part, ".")
		if strings.HasSuffix(part, ".libs") || stem == "sitecustomize" || stem == "usercustomize" || isLicence(part) {
			return true
		}
	}
	return false
}

// licences are how files, or folders of files, are called that have to go with what
// they are for.
var licences = []string{"license", "licence", "licenses", "licences", "copying", "notice", "notices", "authors"}

func isLicence(name string) bool {
	if name == "" || !strings.ContainsRune("lLcCnNaA", rune(name[0])) {
		return false
	}
	if end := strings.IndexAny(name, "-._*"); end > 0 {
		name = name[:end]
	}
	return slices.Contains(licences, strings.ToLower(name))
}
