package lock

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/keelback/keelback/internal/wheel"
)

const (
	// pipfileFile is what Pipfile.lock is made from.
	pipfileFile = "Pipfile"

	// pipfileMend makes Pipfile.lock anew.
	pipfileMend = "pipenv lock"

	// pipfileSpec is the version of the format.
	pipfileSpec = 6
)

// pipfileMeta is what Pipfile.lock says of itself.
type pipfileMeta struct {
	Hash    struct{ SHA256 string }
	Spec    int `json:"pipfile-spec"`
	Sources []pipfileSource

	// Requires is the Python that the packages were chosen for.
	Requires struct {
		Version string `json:"python_version"`
		Full    string `json:"python_full_version"`
	}
}

type pipfileSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// pipfileEntry is one package of a category.
type pipfileEntry struct {
	Version, Markers, Index            string
	Hashes                             []string
	Git, Hg, Svn, Bzr                  string
	Ref, Subdirectory, File, Path, URL string
}

// readPipfile reads Pipfile.lock. Its categories are groups, but for `default`, which
// is always installed; `develop` may be called `dev` too, as by pipenv's option.
func readPipfile(f *found, l *locked) error {
	data := f.files[f.lock]
	lock, err := parsePipfile(data)
	if err != nil {
		return fmt.Errorf("%s: %w", f.lock, err)
	}
	if lock.meta.Spec != pipfileSpec {
		return fmt.Errorf("%s: pipfile-spec %d (%d is read)", f.lock, lock.meta.Spec, pipfileSpec)
	}
	project, err := readDocument(f, pipfileFile)
	if err != nil {
		return err
	}
	l.mend, l.groups = pipfileMend, map[string]bool{}
	if lock.stale(project) {
		l.problems.addf(f.lock, 0, lockKey, "it was made before %s changed (%s)", project.file, pipfileMend)
	}
	switch r := lock.meta.Requires; {
	case r.Full != "":
		l.requiresPython = "==" + r.Full
	case r.Version != "" && r.Version != "*":
		l.requiresPython = "==" + r.Version + ".*"
	}
	r := pipfileReader{locked: l, dir: f.dir, markers: map[string]*wheel.Marker{}, sources: lock.meta.Sources}
	if len(r.sources) > 0 {
		l.indexes.Index = withoutPlaceholders(r.sources[0].URL)
	}
	for _, p := range lock.packages {
		for _, g := range pipfileGroups(p.category) {
			l.groups[g] = true
		}
		if pkg := r.read(p); pkg != nil {
			l.packages = append(l.packages, pkg)
		}
	}
	return nil
}

// pipfileGroups are the names that a category has as a group; none for the default one.
func pipfileGroups(category string) []string {
	switch category = wheel.NormalName(category); category {
	case "default":
		return nil
	case "develop":
		return []string{"dev", "develop"}
	}
	return []string{category}
}

// stale tells whether the Pipfile changed since it was locked. Pipenv hashes all of it
// that matters into the lock, since 2026 with normalised names.
func (p *pipfileLock) stale(project *document) bool {
	if project == nil || p.meta.Hash.SHA256 == "" {
		return false
	}
	asWritten := func(section any) any { return section }
	return !p.hashes(project, asWritten) && !p.hashes(project, normalizeKeys)
}

// hashes tells whether the hash in the lock is that of the Pipfile, or cannot be
// compared. Where the Pipfile has no sources, they are the default one, which the lock
// has.
func (p *pipfileLock) hashes(project *document, packages func(section any) any) bool {
	meta := map[string]any{"sources": p.sources, "requires": map[string]any{}}
	content := map[string]any{"_meta": meta, "default": map[string]any{}, "develop": map[string]any{}}
	for key, value := range project.tables {
		switch key {
		case "scripts", "pipfile", "pipenv", "default", "develop":
		case "source":
			meta["sources"] = value
		case "requires":
			meta["requires"] = value
		case "packages":
			content["default"] = packages(value)
		case "dev-packages":
			content["develop"] = packages(value)
		default:
			content[key] = packages(value)
		}
	}
	text, ok := compactJSON(content)
	sum := sha256.Sum256([]byte(text))
	return !ok || hex.EncodeToString(sum[:]) == p.meta.Hash.SHA256
}

func normalizeKeys(section any) any {
	table, ok := section.(map[string]any)
	if !ok {
		return section
	}
	normalized := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		normalized[wheel.NormalName(key)] = table[key]
	}
	return normalized
}
