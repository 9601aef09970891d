package lock

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/keelback/keelback/internal/wheel"
)

// stale tells whether the project changed since it was locked. Poetry hashes what
// matters of pyproject.toml into the lock, ever more of it: see [poetryProject.relevant].
// Of a lock version that is not known it is not known either.
func (p *poetryLock) stale(project *poetryProject) bool {
	if project == nil || wheel.CompareVersions(p.Metadata.LockVersion, "2.2") >= 0 {
		return false
	}
	if !p.hasGroups() && project.standard() {
		return true // Poetry 1 does not know them, and Poetry 2 writes another version
	}
	if p.Metadata.ContentHash == "" {
		return false
	}
	var candidates []map[string]any
	switch {
	case p.hasGroups() && wheel.CompareVersions(p.writer, "2.3") >= 0:
		candidates = append(candidates, project.relevant(true, true))
	case p.hasGroups():
		candidates = append(candidates, project.relevant(true, false), project.relevant(true, true))
	default:
		withoutGroups := project.relevant(false, false) // up to Poetry 1.1
		delete(withoutGroups, "group")
		candidates = append(candidates, project.relevant(false, false), withoutGroups)
	}
	return !slices.ContainsFunc(candidates, func(content map[string]any) bool {
		text, ok := pythonJSON(content)
		sum := sha256.Sum256([]byte(text))
		return !ok || hex.EncodeToString(sum[:]) == p.Metadata.ContentHash
	})
}

// standard tells whether the project has dependencies in [project].
func (p *poetryProject) standard() bool {
	dependencies, _ := p.table("project")["dependencies"].([]any)
	return len(dependencies)+len(p.table("project", "optional-dependencies")) > 0
}

// relevant is what matters of pyproject.toml: [tool.poetry], with [project] since
// Poetry 2.0, with [dependency-groups] since 2.3.
func (p *poetryProject) relevant(project, groups bool) map[string]any {
	content := map[string]any{}
	if standard := pick(p.table("project"), "requires-python", "dependencies", "optional-dependencies"); project && len(standard) > 0 {
		content["project"] = standard
	}
	if all := p.table("dependency-groups"); groups && len(all) > 0 {
		content["dependency-groups"] = all
	}
	legacy := []string{"dependencies", "source", "extras", "dev-dependencies"}
	poetry := pick(p.table("tool", "poetry"), append(legacy, "group")...)
	if len(content) > 0 {
		content["tool"] = map[string]any{"poetry": poetry}
		return content
	}
	for _, key := range legacy {
		if _, ok := poetry[key]; !ok {
			poetry[key] = nil // as it was before there was anything else
		}
	}
	return poetry
}

// pick takes some keys of a table, those that are there.
func pick(table map[string]any, keys ...string) map[string]any {
	picked := map[string]any{}
	for _, key := range keys {
		if value, ok := table[key]; ok {
			picked[key] = value
		}
	}
	return picked
}
