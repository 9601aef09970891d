package lock

import (
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

// LocalName is the normalised name of the project in a folder of Local, or empty where
// its pyproject.toml has none.
func (p *Project) LocalName(dir string) string { return declaredName(dir, p.texts) }
