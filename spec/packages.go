package spec

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

var (
	// A package must not begin with '-', which apk and apt would take for an option,
	// nor end in one, which is how apt is told to remove.
	systemPackage = regexp.MustCompile(`^[a-z0-9]([a-z0-9+._-]*[a-z0-9+])?$`)
	systemVersion = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+:~_-]*$`)

	// PEP 508 says what the name of a project or extra is, PEP 503 which are the same.
	projectName = regexp.MustCompile(`^(?i:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])$`)
	separators  = regexp.MustCompile(`[-_.]+`)
)

func (s *Spec) checkRuntime(p *problems) {
	p.checkBase(s.Runtime.Base)
	p.checkImage("runtime.image", s.Runtime.Image)
	p.checkPackages("runtime.packages", s.Runtime.Packages, s.Runtime.Base)
}

func (p *problems) checkBase(base Base) {
	if p.has("runtime.base") || p.has("runtime") || slices.Contains(Bases(), base) {
		return
	}
	var names []string
	for _, b := range Bases() {
		names = append(names, string(b))
	}
	p.addf("runtime.base", "unknown base %s (%s)", quote(string(base)), strings.Join(names, " or "))
}

func (s *Spec) checkBuilder(p *problems) {
	p.checkImage("builder.image", s.Builder.Image)
	p.checkPackages("builder.packages", s.Builder.Packages, s.Runtime.Base)
}

func (s *Spec) checkDependencies(p *problems) {
	d := &s.Dependencies
	d.Lock = p.checkFile("dependencies.lock", d.Lock)
	p.checkNames("dependencies.extras", d.Extras)
	p.checkNames("dependencies.groups", d.Groups)
	p.checkNames("dependencies.allow_sdist", d.AllowSdist)
	p.checkNames("dependencies.allow_startup", d.AllowStartup)
	d.Mirror = p.checkMirror("dependencies.mirror", d.Mirror)
	d.Wheelhouse = p.checkWheelhouse("dependencies.wheelhouse", d.Wheelhouse)
}

// checkMirror checks the URL of a mirror, and gives it without a `/` at its end.
func (p *problems) checkMirror(at, mirror string) string {
	if mirror == "" || p.has(at) {
		return mirror
	}
	if problem := MirrorProblem(mirror); problem != "" {
		p.addf(at, "%s", problem)
	}
	return strings.TrimRight(mirror, "/")
}

// MirrorProblem says why a text is not the URL of a mirror, or nothing. The text is
// not repeated: it may have a password in it.
func MirrorProblem(mirror string) string {
	u, err := url.Parse(mirror)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "not the URL of a mirror (https://HOST/PATH)"
	case u.User != nil:
		return "a name or password in a URL is for all to read (remove it, and give the build secret HTTP_AUTH_TOKEN_" + u.Hostname() + ")"
	case u.RawQuery != "" || u.Fragment != "":
		return "a mirror's URL has neither ? nor # (https://HOST/PATH)"
	default:
		return ""
	}
}

// imageScheme begins the reference of an image where a folder could be as well.
const imageScheme = "docker-image://"

// WheelhouseDir is the folder of the build context that is the wheelhouse, or empty.
func (s *Spec) WheelhouseDir() string {
	if s.WheelhouseImage() != "" {
		return ""
	}
	return s.Dependencies.Wheelhouse
}

// WheelhouseImage is the reference of the image that is the wheelhouse, or empty.
func (s *Spec) WheelhouseImage() string {
	ref, ok := strings.CutPrefix(s.Dependencies.Wheelhouse, imageScheme)
	if !ok {
		return ""
	}
	return ref
}

// checkWheelhouse checks the place that wheels lie in: a folder or an image.
func (p *problems) checkWheelhouse(at, place string) string {
	if place == "" || p.has(at) {
		return place
	}
	if ref, ok := strings.CutPrefix(place, imageScheme); ok {
		p.checkImage(at, ref)
		return place
	}
	if problem := contextPathProblem(place); problem != "" {
		p.addf(at, "%s %s", quote(place), problem)
	}
	return path.Clean(place)
}

// checkNames checks names of projects, extras or groups, and brings them to the
// form in which they are compared.
func (p *problems) checkNames(path string, names []string) {
	for i, name := range names {
		switch {
		case p.has(item(path, i)):
			names[i] = ""
		case !projectName.MatchString(name):
			p.addf(item(path, i), "%s is no name (letters, digits, and between them '.', '_' and '-'; no version)", quote(name))
			names[i] = ""
		default:
			names[i] = separators.ReplaceAllString(strings.ToLower(name), "-")
		}
	}
	p.checkUnique(path, names)
}

// checkPackages checks system packages: a name, or `NAME=VERSION`.
func (p *problems) checkPackages(path string, packages []string, base Base) {
	names := make([]string, len(packages))
	for i, pkg := range packages {
		if p.has(item(path, i)) {
			continue
		}
		if msg := packageProblem(pkg, base); msg != "" {
			p.addf(item(path, i), "%s", msg)
			continue
		}
		names[i], _, _ = strings.Cut(strings.Replace(pkg, "~=", "=", 1), "=")
	}
	p.checkUnique(path, names)
}

func packageProblem(pkg string, base Base) string {
	name, version, versioned := strings.Cut(pkg, "=")
	if base == Alpine {
		name = strings.TrimSuffix(name, "~")
	}
	switch {
	case !systemPackage.MatchString(name):
		return fmt.Sprintf("%s is no package (lower-case letters, digits, '+', '.', '_' and '-', such as libpq)", quote(pkg))
	case versioned && !systemVersion.MatchString(version):
		return fmt.Sprintf("%s has no valid version after '=' (such as libpq=17.2-r0)", quote(pkg))
	default:
		return ""
	}
}

// checkImage checks the reference of an image.
func (p *problems) checkImage(path, image string) {
	if image == "" || p.has(path) {
		return
	}
	if _, err := reference.ParseNormalizedNamed(image); err != nil {
		p.addf(path, "%s is no image (such as docker.io/library/alpine:3.22, in lower case)", quote(image))
	}
}
