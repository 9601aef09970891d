package lock_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/lock"
)

const unlockedAnswer = `lock-version = "1.0"
[[packages]]
name = "hatchling"
version = "1.27"
wheels = [{ url = "https://me:hunter2@files.example.com/hatchling-1.27-py3-none-any.whl", hashes = { sha256 = "HASH" } }]
[[packages]]
name = "tomli"
version = "2.0"
marker = "python_version < '3.11'"
wheels = [{ url = "https://files.example.com/tomli-2.0-py3-none-any.whl", hashes = { sha256 = "HASH" } }]
`

func TestUnlockedAsksForDependenciesToo(t *testing.T) {
	t.Parallel()
	l := lock.Unlocked([]string{"wheel", "hatchling>=1 ; python_version > '3'", "wheel"}, "pyproject.toml", nil)
	want := []lock.Query{{Requirements: "hatchling>=1 ; python_version > '3'\nwheel\n", Deps: true}}
	if diff := cmp.Diff(want, l.Missing()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUnlockedAsksTheIndexesOfTheLock(t *testing.T) {
	t.Parallel()
	s := fuzzed(t, "requirements.txt")
	p, err := lock.Load(t.Context(), s, memory{"requirements.txt": []byte("--index-url https://a.example.com/simple\n" +
		"--extra-index-url https://b.example.com/simple\n--find-links https://c.example.com/\n--no-index\n")})
	if err != nil {
		t.Fatal(err)
	}
	want := []lock.Query{{
		Index: "https://a.example.com/simple", ExtraIndexes: []string{"https://b.example.com/simple"},
		FindLinks: []string{"https://c.example.com/"}, NoIndex: true, Requirements: "wheel\n", Deps: true,
	}}
	if diff := cmp.Diff(want, lock.Unlocked([]string{"wheel"}, "pyproject.toml", p.Lock).Missing()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUnlockedTakesWhatComes(t *testing.T) {
	t.Parallel()
	l := lock.Unlocked([]string{"hatchling"}, "pyproject.toml", nil)
	done, err := l.Complete([][]byte{[]byte(strings.ReplaceAll(unlockedAnswer, "HASH", strings.Repeat("a", 64)))})
	if err != nil {
		t.Fatal(err)
	}
	if missing := done.Missing(); missing != nil {
		t.Errorf("asks again: %+v", missing)
	}
	chosen, err := done.SelectBuild(fuzzed(t, "uv.lock"), musl)
	if err != nil {
		t.Fatal(err)
	}
	want := "hatchling 1.27 from pyproject.toml:2: wheel hatchling-1.27-py3-none-any.whl " +
		"https://files.example.com/hatchling-1.27-py3-none-any.whl sha256:aaaa... 0\n"
	if diff := cmp.Diff(want, string(distributions(chosen, nil))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUnlockedTakesNothingWithoutHash(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][][]byte{
		"no hash":     {[]byte(strings.ReplaceAll(unlockedAnswer, "HASH", ""))},
		"no lock":     {[]byte("<html>")},
		"no answer":   nil,
		"two answers": {nil, nil},
	} {
		l := lock.Unlocked([]string{"hatchling"}, "pyproject.toml", nil)
		if _, err := l.Complete(answers); err == nil || !strings.HasPrefix(err.Error(), "pyproject.toml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
