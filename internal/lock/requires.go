package lock

import (
	"cmp"
	"path"
	"slices"

	"github.com/pelletier/go-toml/v2"
)

// RequiresOf are the requirements (PEP 508) for building a project by its
// pyproject.toml, which may be empty: setuptools builds what names no build system
// (PEP 517).
func RequiresOf(manifest []byte) ([]string, error) {
	var p pyproject
	if err := toml.Unmarshal(manifest, &p); err != nil {
		return nil, tomlError(pyprojectFile, err)
	}
	if p.BuildSystem == nil {
		return []string{"setuptools", "wheel"}, nil
	}
	return sorted(slices.Clone(p.BuildSystem.Requires)), nil
}

// LocalName is the normalised name of the project in a folder of Local: what its
// pyproject.toml says, or empty.
func (p *Project) LocalName(dir string) string {
	var manifest struct {
		Project struct{ Name string }
		Tool    struct{ Poetry struct{ Name string } }
	}
	if err := toml.Unmarshal(p.texts[path.Join(dir, pyprojectFile)], &manifest); err != nil {
		return ""
	}
	return normalize(cmp.Or(manifest.Project.Name, manifest.Tool.Poetry.Name))
}
