package lock

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

const (
	// maxPackages and maxFiles are more than any lock of a service has.
	maxPackages = 20_000
	maxFiles    = 400_000

	// maxFileName is what file systems take.
	maxFileName = 255
)

// checkPackages refuses what no target could be built from: files without a sha256,
// passwords in URLs, paths that lead out of the context.
func (l *locked) checkPackages() {
	files := 0
	for _, p := range l.packages {
		files += len(p.Wheels)
		l.checkPackage(p)
	}
	if len(l.packages) > maxPackages || files > maxFiles {
		l.problems.addf(l.Path, 0, lockKey, "%d packages with %d wheels (at most %d with %d)", len(l.packages), files, maxPackages, maxFiles)
	}
	for _, address := range slices.Concat([]string{l.indexes.Index}, l.indexes.ExtraIndexes, l.indexes.FindLinks) {
		if address == "" {
			continue
		}
		if problem := checkURL(address); problem != "" {
			l.problems.addf(l.Path, 0, lockKey, "an index has %s", problem)
		}
	}
}

func (l *locked) checkPackage(p *Package) {
	if problem := p.checkNames(); problem != "" {
		l.problems.at(p, "%s", problem)
		return
	}
	if len(p.files()) == 0 && len(p.Hashes) == 0 && p.VCS == nil && p.Directory == nil {
		l.problems.at(p, "%s has no file (%s)", p.title(), l.remedy())
		return
	}
	if p.Index != "" {
		if problem := checkURL(p.Index); problem != "" {
			l.problems.at(p, "%s has an index with %s", p.title(), problem)
			return
		}
	}
	for _, f := range p.files() {
		if problem := l.checkFile(f); problem != "" {
			l.problems.at(p, "%s has %s", p.title(), problem)
			return
		}
	}
	switch {
	case p.Directory != nil && !inContext(p.Directory.Path):
		l.problems.at(p, "%s lies outside of the build context, at %s (build from a folder above both)", p.title(), p.Directory.Path)
	case p.VCS != nil:
		if problem := p.VCS.check(); problem != "" {
			l.problems.at(p, "%s has %s", p.title(), problem)
		}
	}
}

// checkNames tells what is wrong with the name and the version, or nothing. They
// become lines of the file with which an index is asked.
func (p *Package) checkNames() string {
	_, err := wheel.ParseVersion(p.Version)
	switch {
	case p.Name == "" && p.Directory == nil:
		return "a package without a name"
	case p.Name != "" && !validName.MatchString(p.Name):
		return fmt.Sprintf("%.80q is not the name of a package (PEP 508)", p.Name)
	case p.Version == "" && p.complete():
		return ""
	case p.Version == "":
		return p.Name + " has no version"
	case err != nil || strings.TrimSpace(p.Version) != p.Version:
		return fmt.Sprintf("%s has the version %.80q, which is none (PEP 440)", p.Name, p.Version)
	}
	return ""
}

// checkFile tells what is wrong with a file, or nothing.
func (l *locked) checkFile(f *File) string {
	if f.URL != "" {
		if problem := checkURL(f.URL); problem != "" {
			return problem
		}
	}
	switch {
	case f.SHA256 == "" && f.weaker != "":
		return "a file without a sha256 hash, only " + f.weaker + " (" + l.hashRemedy() + ")"
	case f.SHA256 == "":
		return "a file without a sha256 hash (" + l.hashRemedy() + ")"
	case !goodFileName(f.Name):
		return "a file whose name is none: " + strings.ToValidUTF8(f.Name[:min(len(f.Name), maxFileName)], "?")
	case f.Size < 0:
		return "a file with a negative size"
	case f.Path != "" && !inContext(f.Path):
		return "a file outside of the build context, at " + f.Path + " (build from a folder above both)"
	}
	return ""
}

func goodFileName(name string) bool {
	if name == "" || len(name) > maxFileName || name[0] == '.' || name[0] == '-' || !utf8.ValidString(name) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c < ' ' || c == 0x7f || c == '/' || c == '\\' {
			return false
		}
	}
	return true
}

var commit = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// check tells what is wrong with a source in version control, or nothing.
func (v *VCS) check() string {
	switch {
	case v.Type != "git":
		return "a source in " + v.Type + " (git is read)"
	case !commit.MatchString(v.Commit):
		return "a source in git without a full commit hash"
	case v.Subdirectory != "" && !inContext(v.Subdirectory):
		return "a folder outside of its repository"
	}
	return checkURL(v.URL)
}

// remedy is the command that makes the lock anew.
func (l *Lock) remedy() string {
	if l.mend != "" {
		return l.mend
	}
	return makeCommand(l.Path)
}

func (l *Lock) hashRemedy() string {
	if l.Format == UV {
		return l.remedy() + ", against an index that gives hashes"
	}
	return l.remedy()
}

// title names a package in messages.
func (p *Package) title() string {
	switch {
	case p.Name == "":
		return "a project"
	case p.Version == "":
		return p.Name
	default:
		return p.Name + " " + p.Version
	}
}

// files are all that the lock has of a package.
func (p *Package) files() []*File {
	files := make([]*File, 0, len(p.Wheels)+2)
	for i := range p.Wheels {
		files = append(files, &p.Wheels[i])
	}
	if p.Sdist != nil {
		files = append(files, p.Sdist)
	}
	if p.Archive != nil {
		files = append(files, p.Archive)
	}
	return files
}

// mustBuild tells what a package can only be built from, or nothing.
func (p *Package) mustBuild() string {
	switch {
	case p.VCS != nil:
		return "comes from git"
	case p.Archive != nil && !p.Archive.isWheel():
		return "comes from a source archive"
	case p.Sdist != nil && len(p.Wheels) == 0:
		return "has only a source distribution"
	}
	return ""
}

func (f *File) isWheel() bool { return strings.HasSuffix(f.Name, ".whl") }

const runsCode = "and building it runs its code (dependencies: {allow_sdist: [%s]})"

// checkSources refuses packages that every target needs and that can only be built
// from source, unless they may be.
func (l *locked) checkSources(s *spec.Spec) {
	for _, p := range l.always {
		if what := p.mustBuild(); what != "" && !allowed(s, p.Name) {
			l.problems.addf(p.File, p.Line, allowSdistKey, "%s %s, "+runsCode, p.title(), what, p.Name)
		}
	}
}
