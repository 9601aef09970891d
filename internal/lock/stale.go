package lock

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// uvMetadata is what a project asked for when it was locked.
type uvMetadata struct {
	RequiresDist []uvRequirement            `toml:"requires-dist"`
	RequiresDev  map[string][]uvRequirement `toml:"requires-dev"`
	Extras       []string                   `toml:"provides-extras"`
}

type uvRequirement struct {
	Name, Specifier, Marker                      string
	Extras                                       []string
	Git, URL, Path, Directory, Editable, Virtual string
}

// elsewhere tells that a requirement is not of an index. uv leaves out its specifier.
func (r uvRequirement) elsewhere() bool {
	return r.Git+r.URL+r.Path+r.Directory+r.Editable+r.Virtual != ""
}

// answers tells whether the project's requirement may have been locked as this one.
// Markers are not compared: uv simplifies them.
func (r uvRequirement) answers(asked requirement) bool {
	return r.Name == asked.name && slices.Equal(normalizeAll(r.Extras), asked.extras) &&
		(r.elsewhere() || normalizeSpecifier(r.Specifier) == asked.specifier)
}

// comparison is a list of requirements as the project has it and as the lock does.
type comparison struct {
	where  string // in pyproject.toml, such as ` in the group "dev"`
	asked  []string
	locked []uvRequirement
}

// stale compares what the project asks for with what the lock was made for, and
// tells the first difference. What a build backend or an include decides is left
// out: a lock that is up to date must not be refused.
func (u *uvLock) stale(s *spec.Spec, lock string, root *uvPackage, f *found) string {
	if problem := u.stalePython(lock, f); problem != "" {
		return problem
	}
	return firstDifference(comparisons(s, root, f.project), lock, f.pyproject())
}

// staleMembers does so for the other projects that the lock installs from folders: what
// they depend on.
func (l *locked) staleMembers(f *found) {
	if l.graph == nil {
		return
	}
	for _, u := range l.graph.Package {
		pkg := l.graph.packages[u]
		if pkg.Directory == nil || pkg.Directory.Path == f.projectDir || !slices.Contains(l.members, pkg.Directory.Path) {
			continue
		}
		file := path.Join(pkg.Directory.Path, pyprojectFile)
		var p pyproject
		if err := unmarshal(file, f.files[file], &p); err != nil || p.dynamic("dependencies") || mentionsExtra(p.Project.Dependencies) {
			continue // it is reported where it is needed, or its backend decides
		}
		if u.Metadata.RequiresDist == nil && len(u.Needs)+len(u.Extras) > 0 {
			continue
		}
		locked := slices.DeleteFunc(slices.Clone(u.Metadata.RequiresDist), func(r uvRequirement) bool { return extraMarker.MatchString(r.Marker) })
		if problem := firstDifference([]comparison{{"", p.Project.Dependencies, locked}}, l.Path, file); problem != "" {
			l.problems.addf("", 0, lockKey, "%s", problem)
		}
	}
}

// firstDifference tells in what a project and its lock differ, or nothing.
func firstDifference(comparisons []comparison, lock, project string) string {
	for _, c := range comparisons {
		for _, text := range c.asked {
			asked := parseRequirement(text)
			if !slices.ContainsFunc(c.locked, func(r uvRequirement) bool { return r.answers(asked) }) {
				return fmt.Sprintf("%s was made before %s asked for %q%s (uv lock)", lock, project, text, c.where)
			}
		}
		for _, r := range c.locked {
			if !slices.ContainsFunc(c.asked, func(text string) bool { return r.answers(parseRequirement(text)) }) {
				return fmt.Sprintf("%s was made while %s still asked for %q%s (uv lock)", lock, project, r.Name+r.Specifier, c.where)
			}
		}
	}
	return ""
}

// extraMarker is how the requirements of an extra are told from the others.
var extraMarker = regexp.MustCompile(`\bextra == '([^']*)'`)

func comparisons(s *spec.Spec, root *uvPackage, p *pyproject) []comparison {
	ofExtra := map[string][]uvRequirement{} // those of none by ""
	for _, r := range root.Metadata.RequiresDist {
		extras := extraMarker.FindAllStringSubmatch(r.Marker, -1)
		if extras == nil {
			extras = [][]string{{"", ""}}
		}
		for _, m := range extras {
			ofExtra[m[1]] = append(ofExtra[m[1]], r)
		}
	}
	var all []comparison
	unknown := root.Metadata.RequiresDist == nil && len(root.Needs)+len(root.Extras) > 0
	if !unknown && !p.dynamic("dependencies") && !mentionsExtra(p.Project.Dependencies) {
		all = append(all, comparison{"", p.Project.Dependencies, ofExtra[""]})
	}
	if !unknown && !p.dynamic("optional-dependencies") {
		for _, x := range s.Dependencies.Extras {
			all = append(all, comparison{fmt.Sprintf(" in the extra %q", x), p.extra(x), ofExtra[wheel.NormalName(x)]})
		}
	}
	if root.Metadata.RequiresDev == nil && len(root.Groups) > 0 {
		return all
	}
	for _, g := range s.Dependencies.Groups {
		if asked, ok := p.group(g); ok {
			all = append(all, comparison{fmt.Sprintf(" in the group %q", g), asked, root.Metadata.RequiresDev[wheel.NormalName(g)]})
		}
	}
	return all
}

// mentionsExtra tells of requirements which are of an extra by their own marker.
func mentionsExtra(requirements []string) bool {
	return slices.ContainsFunc(requirements, func(r string) bool {
		_, marker, _ := strings.Cut(r, ";")
		return strings.Contains(marker, "extra")
	})
}

// stalePython compares the versions of Python that the project and the lock are for.
// The lock of a workspace is for those that all its members are for.
func (u *uvLock) stalePython(lock string, f *found) string {
	project := f.project.Project.RequiresPython
	if project == "" || u.RequiresPython == "" {
		return ""
	}
	asked, err := wheel.ParseSpecifiers(project)
	if err != nil {
		return "" // an error that is reported with the version
	}
	have, err := wheel.ParseSpecifiers(u.RequiresPython)
	if err != nil {
		return ""
	}
	for minor := spec.OldestPython; minor <= spec.NewestPython; minor++ {
		for patch := range maxPatch {
			v := "3." + strconv.Itoa(minor) + "." + strconv.Itoa(patch)
			inAsked, inLock := asked.Contains(v), have.Contains(v)
			if inLock && !inAsked || inAsked && !inLock && len(u.Manifest.Members) == 0 {
				return fmt.Sprintf("%s is for Python %s, but %s says requires-python %q (uv lock)", lock, u.RequiresPython, f.pyproject(), project)
			}
		}
	}
	return ""
}

// extra are the requirements of an optional dependency, by any spelling of its name.
func (p *pyproject) extra(name string) []string {
	for _, key := range slices.Sorted(maps.Keys(p.Project.OptionalDependencies)) {
		if wheel.NormalName(key) == wheel.NormalName(name) {
			return p.Project.OptionalDependencies[key]
		}
	}
	return nil
}

// group are the requirements of a dependency group (PEP 735). It is not ok when they
// are not all in one place.
func (p *pyproject) group(name string) (requirements []string, ok bool) {
	name = wheel.NormalName(name)
	if name == "dev" && len(p.Tool.UV.DevDependencies) > 0 {
		return nil, false
	}
	for _, key := range slices.Sorted(maps.Keys(p.DependencyGroups)) {
		if wheel.NormalName(key) != name {
			continue
		}
		items, _ := p.DependencyGroups[key].([]any)
		for _, item := range items {
			r, ok := item.(string)
			if !ok {
				return nil, false
			}
			requirements = append(requirements, r)
		}
	}
	return requirements, true
}
