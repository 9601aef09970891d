package lock

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keelback/keelback/spec"
)

// pyproject is what matters here of pyproject.toml (PEP 517, 621 and 735).
type pyproject struct {
	Project struct {
		Name                 string
		RequiresPython       string `toml:"requires-python"`
		Dependencies         []string
		OptionalDependencies map[string][]string `toml:"optional-dependencies"`
	}
	BuildSystem *struct {
		Requires     []string
		BuildBackend string `toml:"build-backend"`
	} `toml:"build-system"`
	DependencyGroups map[string]any `toml:"dependency-groups"`
	Tool             struct {
		UV struct {
			Package *bool
		} `toml:"uv"`
		Poetry *struct {
			PackageMode  *bool `toml:"package-mode"`
			Dependencies map[string]any
		}
	}
}

func parsePyproject(s *spec.Spec, name string, data []byte) (*pyproject, error) {
	var p pyproject
	if err := toml.Unmarshal(data, &p); err != nil {
		return nil, spec.Errors{s.Errorf("dependencies", "%s", tomlError(name, err))}
	}
	return &p, nil
}

// tomlError puts the place of a TOML error before it.
func tomlError(name string, err error) string {
	var de *toml.DecodeError
	if errors.As(err, &de) {
		row, column := de.Position()
		return place(name, row, column) + strings.TrimPrefix(de.Error(), "toml: ")
	}
	return name + ": " + strings.TrimPrefix(err.Error(), "toml: ")
}

func (p *pyproject) hasDependencies() bool {
	if len(p.Project.Dependencies) > 0 {
		return true
	}
	if p.Tool.Poetry == nil {
		return false
	}
	for name := range p.Tool.Poetry.Dependencies {
		if name != "python" {
			return true
		}
	}
	return false
}

// isPackage tells whether the project is to be installed.
func (p *pyproject) isPackage() bool {
	off := func(b *bool) bool { return b != nil && !*b }
	if p.BuildSystem == nil || off(p.Tool.UV.Package) {
		return false
	}
	return p.Tool.Poetry == nil || !off(p.Tool.Poetry.PackageMode)
}

// buildNames are the normalised names of what the build needs.
func (p *pyproject) buildNames() []string {
	var names []string
	for _, r := range p.BuildSystem.Requires {
		names = append(names, requirementName(r))
	}
	return sorted(names)
}

var (
	nameStart  = regexp.MustCompile(`^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)`)
	separators = regexp.MustCompile(`[-_.]+`)
)

// requirementName is the normalised name that a requirement (PEP 508) begins with.
func requirementName(r string) string {
	return normalize(strings.TrimSpace(nameStart.FindString(r)))
}

// normalize gives the one spelling of a distribution's name (PEP 503).
func normalize(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// requirementSpecifier is the version specifier of a requirement, its clauses
// sorted and without spaces: what uv.lock writes too.
func requirementSpecifier(r string) string {
	r, _, _ = strings.Cut(r, ";")
	r = strings.TrimSpace(r[len(nameStart.FindString(r)):])
	if strings.HasPrefix(r, "[") {
		_, r, _ = strings.Cut(r, "]")
	}
	return normalizeSpecifier(r)
}

func normalizeSpecifier(specifier string) string {
	specifier = strings.Trim(strings.Join(strings.Fields(specifier), ""), "()")
	if specifier == "" || strings.HasPrefix(specifier, "@") {
		return ""
	}
	clauses := strings.Split(specifier, ",")
	slices.Sort(clauses)
	return strings.Join(slices.DeleteFunc(clauses, func(c string) bool { return c == "" }), ",")
}
