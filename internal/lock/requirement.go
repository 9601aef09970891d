package lock

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
)

var (
	hash          = regexp.MustCompile(`--hash[=\s]+([a-z0-9_]+):([0-9a-fA-F]+)`)
	nameAndExtras = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[^\]]*\])?\s*`)
	pinned        = regexp.MustCompile(`^\(?\s*===?\s*([^\s;,*@()]+)\s*\)?$`)
	bareURL       = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:(?://|/|\.)`)
	moreOptions   = regexp.MustCompile(`\s--?[A-Za-z]\S*`)
	urlMarker     = regexp.MustCompile(`\s;`)
)

// readRequirement reads the line of one package.
func (r *requirementsReader) readRequirement(line requirementLine) {
	p := &Package{File: line.file, Line: line.number}
	if problem := r.parseRequirement(p, line); problem != "" {
		r.problems.at(p, "%s", problem)
		if p.Name != "" {
			r.Names = append(r.Names, p.Name)
		}
		return
	}
	same := func(q *Package) bool {
		return q.Name == p.Name && q.Marker.String() == p.Marker.String() && q.same(p)
	}
	if !slices.ContainsFunc(r.packages, same) {
		r.packages = append(r.packages, p)
	}
}

// parseRequirement fills in a package, or tells what is wrong with its line.
func (r *requirementsReader) parseRequirement(p *Package, line requirementLine) string {
	bare := strings.TrimSpace(hash.ReplaceAllString(line.text, " "))
	var file File // for its hashes
	var hashes []string
	for _, m := range hash.FindAllStringSubmatch(line.text, -1) {
		file.setHash(m[1], m[2])
		if file.SHA256 != "" {
			hashes = append(hashes, file.SHA256)
		}
	}
	hashes = sorted(hashes)
	if isPath(bare) || bareURL.MatchString(bare) {
		return r.readSource(p, bare, hashes)
	}
	name := nameAndExtras.FindString(bare)
	if name == "" {
		return "not a requirement (want NAME==VERSION --hash=sha256:..., or NAME @ URL)"
	}
	p.Name = requirementName(bare)
	if m := moreOptions.FindString(bare); m != "" {
		return fmt.Sprintf("%s has the option%s (only --hash=sha256:... may be here)", p.Name, m)
	}
	if source, ok := strings.CutPrefix(bare[len(name):], "@"); ok {
		return r.readSource(p, strings.TrimSpace(source), hashes)
	}
	specifier, marker, _ := strings.Cut(bare[len(name):], ";")
	m := pinned.FindStringSubmatch(strings.TrimSpace(specifier))
	if m == nil {
		return fmt.Sprintf("%s is not pinned with == (%s)", p.Name, hashing)
	}
	p.Version = m[1]
	if len(hashes) == 0 {
		return noHash(p.Name, file.weaker)
	}
	p.Hashes = hashes
	return r.readMarker(p, marker)
}

func noHash(name, weaker string) string {
	if weaker != "" {
		return fmt.Sprintf("%s has no --hash=sha256:..., only %s (%s)", name, weaker, hashing)
	}
	return fmt.Sprintf("%s has no --hash=sha256:... (%s)", name, hashing)
}

func (r *requirementsReader) readMarker(p *Package, text string) string {
	m, err := r.markers.parse(strings.TrimSpace(text))
	if err != nil {
		return fmt.Sprintf("%s has a marker that is none: %s", p.title(), err)
	}
	p.Marker = m
	return ""
}

// isPath tells of what pip takes for a path: what has a slash before all that a
// requirement has, or is a file of an archive.
func isPath(bare string) bool {
	head, _, _ := strings.Cut(bare, ";")
	head = strings.TrimSpace(head)
	if strings.ContainsAny(head, "@=<>! \t") || strings.Contains(head, "://") {
		return strings.HasPrefix(head, "./") || strings.HasPrefix(head, "../") || strings.HasPrefix(head, "/")
	}
	return head == "." || head == ".." || strings.Contains(head, "/") || strings.HasSuffix(head, ".whl")
}

// readSource reads where a package comes from that is not from an index: a URL or a
// path, and perhaps a marker.
func (r *requirementsReader) readSource(p *Package, source string, hashes []string) string {
	marker := ""
	if at := urlMarker.FindStringIndex(source); at != nil {
		source, marker = strings.TrimSpace(source[:at[0]]), source[at[1]:]
	}
	address, fragment, _ := strings.Cut(source, "#")
	values, err := url.ParseQuery(fragment)
	if err != nil {
		values = url.Values{}
	}
	if p.Name == "" {
		p.Name = wheel.NormalName(values.Get("egg"))
	}
	problem := ""
	if vcs, ok := strings.CutPrefix(address, "git+"); ok {
		p.VCS = gitSource(vcs, values.Get("subdirectory"))
	} else {
		problem = r.readFile(p, address, values, hashes)
	}
	if problem == "" && p.Name == "" && p.Directory == nil {
		problem = "a URL without the name of its package (NAME @ URL)"
	}
	if problem != "" {
		return problem
	}
	return r.readMarker(p, marker)
}

// gitSource is a repository at a commit that follows the last at sign of its path.
func gitSource(address, subdirectory string) *VCS {
	v := &VCS{Type: "git", URL: address, Subdirectory: subdirectory}
	if at := strings.LastIndex(address, "@"); at > strings.LastIndex(address, "/") {
		v.URL, v.Commit = address[:at], address[at+1:]
	}
	return v
}

// readFile reads a file that a URL or a path names, or a folder.
func (r *requirementsReader) readFile(p *Package, address string, values url.Values, hashes []string) string {
	f := &File{Subdirectory: values.Get("subdirectory")}
	if bareURL.MatchString(address) {
		f.URL, f.Name = address, baseName(address)
		if problem := checkURL(address); problem != "" {
			return strings.TrimSpace(p.Name + " has " + problem)
		}
	} else {
		f.Path, f.Name = address, path.Base(address)
		if !path.IsAbs(address) {
			f.Path = path.Join(path.Dir(p.File), address)
		}
		if !f.isArchive() {
			p.Directory = &Directory{Path: f.Path}
			return ""
		}
	}
	if f.isWheel() {
		name, err := wheel.ParseName(f.Name)
		if err != nil {
			return err.Error()
		}
		p.Version = name.Version
		if p.Name == "" {
			p.Name = name.Distribution
		}
	}
	f.setHash("sha256", values.Get("sha256"))
	switch {
	case f.SHA256 != "" && len(hashes) > 0 && !slices.Contains(hashes, f.SHA256):
		return fmt.Sprintf("%s has one hash in its URL and another as --hash", p.title())
	case f.SHA256 == "" && len(hashes) > 1:
		return fmt.Sprintf("%s has %d hashes for one file (leave that of the file)", p.title(), len(hashes))
	case f.SHA256 == "" && len(hashes) == 1:
		f.setHash("sha256", hashes[0])
	case f.SHA256 == "":
		return fmt.Sprintf("%s has no --hash=sha256:..., nor #sha256=... in its URL (%s)", p.title(), hashing)
	}
	p.Archive = f
	return ""
}

// isArchive tells a file from a folder, as pip does, by its name.
func (f *File) isArchive() bool {
	for _, end := range []string{".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"} {
		if strings.HasSuffix(f.Name, end) {
			return true
		}
	}
	return false
}

// readEditable reads what an editable requirement names. An image has no sources to
// be edited: it is installed as it is.
func (r *requirementsReader) readEditable(line requirementLine, source string, constraint bool) string {
	p := &Package{File: line.file, Line: line.number}
	switch {
	case constraint:
		return "a constraint cannot be editable"
	case strings.Contains(source, "://") && !strings.HasPrefix(source, "git+"):
		return "an editable project from a URL (a folder of the build context works, or git+https://...@COMMIT)"
	}
	folder, extras, _ := strings.Cut(source, "[")
	if extras != "" && !strings.Contains(source, "://") {
		source = folder
	}
	if problem := r.readSource(p, source, nil); problem != "" {
		return problem
	}
	r.packages = append(r.packages, p)
	return ""
}
