package lock

import (
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// pyproject is what matters here of pyproject.toml (PEP 517, 621 and 735).
type pyproject struct {
	Project struct {
		Name                 string
		RequiresPython       string `toml:"requires-python"`
		Dynamic              []string
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
			Package         *bool
			Workspace       *struct{}
			DevDependencies []string `toml:"dev-dependencies"`
		} `toml:"uv"`
		Poetry *struct {
			Name         string
			PackageMode  *bool `toml:"package-mode"`
			Dependencies map[string]any
		}
	}
}

func parsePyproject(s *spec.Spec, name string, data []byte) (*pyproject, error) {
	var p pyproject
	if err := unmarshal(name, data, &p); err != nil {
		return nil, fail(s, "dependencies", "%w", err)
	}
	return &p, nil
}

// hasDependencies tells whether the project lists dependencies, or leaves it to its
// build backend to do so.
func (p *pyproject) hasDependencies() bool {
	if len(p.Project.Dependencies) > 0 || p.dynamic("dependencies") {
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

// dynamic tells whether the build backend says what a field is.
func (p *pyproject) dynamic(field string) bool { return slices.Contains(p.Project.Dynamic, field) }

// name is the normalised name of the project, or empty.
func (p *pyproject) name() string {
	name := p.Project.Name
	if name == "" && p.Tool.Poetry != nil {
		name = p.Tool.Poetry.Name
	}
	return wheel.NormalName(name)
}

// isPackage tells whether the project is to be installed.
func (p *pyproject) isPackage() bool {
	off := func(b *bool) bool { return b != nil && !*b }
	if off(p.Tool.UV.Package) || p.Tool.Poetry != nil && off(p.Tool.Poetry.PackageMode) {
		return false
	}
	return p.BuildSystem != nil || p.Tool.UV.Package != nil
}

// buildNames are the normalised names of what the build needs, whatever its
// machine: what a marker guards is left out. Without a build system setuptools
// builds (PEP 517).
func (p *pyproject) buildNames() []string {
	if p.BuildSystem == nil {
		return []string{"setuptools"}
	}
	var names []string
	for _, r := range p.BuildSystem.Requires {
		if !strings.Contains(r, ";") {
			names = append(names, requirementName(r))
		}
	}
	return sorted(names)
}
