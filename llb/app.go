package llb

import (
	"path/filepath"
	"slices"

	"github.com/moby/patternmatcher"

	"github.com/keelback/keelback/spec"
)

// notApp are patterns of files that are no part of a service.
var notApp = []string{
	// version control
	"**/.git", "**/.gitignore", "**/.gitattributes", "**/.gitmodules", "**/.hg", "**/.svn",
	// virtual environments
	"**/.venv", "**/venv",
	// caches
	"**/__pycache__", "**/*.pyc", "**/.pytest_cache", "**/.mypy_cache", "**/.ruff_cache", "**/.tox", "**/.nox",
	"**/.coverage", "**/.coverage.*", "**/htmlcov",
	// tests
	"**/tests", "**/test_*.py", "**/*_test.py", "**/conftest.py",
	// secrets of developers
	"**/.env", "**/.env.*", "**/.envrc", "**/.netrc", "**/.npmrc", "**/.pypirc", "**/.aws", "**/.ssh",
	"**/id_rsa", "**/id_dsa", "**/id_ecdsa", "**/id_ed25519",
	// specs
	"**/keelback.yaml", "**/keelback.*.yaml",
	// ignore files, which are about builds
	"**/.dockerignore", "**/*.dockerignore",
}

// AppExcludes are the patterns of files that are not copied: the built-in ones, the
// spec, the archive that keelback writes, the wheelhouse, and the spec's own, which come last and
// take others back by `!`. A built-in pattern falls away where the spec includes
// what it names.
func AppExcludes(s *spec.Spec) []string {
	patterns := slices.DeleteFunc(slices.Clone(notApp), func(p string) bool {
		return slices.ContainsFunc(s.App.Include, func(include string) bool {
			hit, err := patternmatcher.MatchesOrParentMatches(filepath.FromSlash(include), []string{p})
			return err == nil && hit
		})
	})
	patterns = append(patterns, "**/"+filepath.Base(s.Filename()), s.Name+".oci.tar")
	if dir := s.WheelhouseDir(); dir != "" {
		patterns = append(patterns, dir)
	}
	return append(patterns, s.App.Exclude...)
}
