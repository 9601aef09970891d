package main

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
)

func TestRecipesHaveReferencesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range recipes() {
		for _, ref := range r.refs {
			if _, err := name.NewTag(ref, name.StrictValidation); err != nil {
				t.Errorf("%s: %v", ref, err)
			}
			if seen[ref] {
				t.Errorf("%s: two recipes", ref)
			}
			seen[ref] = true
		}
	}
}

func TestSelectRecipes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		names []string
		want  string
		err   string
	}{
		{names: []string{"uv", "3.12-alpine3.22"}, want: "docker.io/library/python:3.12-alpine3.22 docker.io/keelback/test-python:3.12-alpine3.22 ghcr.io/astral-sh/uv:0.13.9"},
		{names: []string{"golang"}, want: "docker.io/library/golang:1.26"},
		{names: []string{"golang", "ubuntu"}, err: "ubuntu: no such image (-list shows them)"},
	} {
		selected, err := selectRecipes(recipes(), tt.names)
		if tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%v: got error %v, want %s", tt.names, err, tt.err)
			}
			continue
		}
		var refs []string
		for _, r := range selected {
			refs = append(refs, r.refs[0])
		}
		if got := strings.Join(refs, " "); err != nil || got != tt.want {
			t.Errorf("%v: got %s, %v; want %s", tt.names, got, err, tt.want)
		}
	}
}

func TestCutDatabaseKeepsRecordsAndFilesOfPackagesThatStay(t *testing.T) {
	t.Parallel()
	const musl = "P:musl\nF:lib\nR:ld-musl.so.1\nF:usr/share/shared\nR:both"
	const linux = "P:linux\nF:boot\nR:vmlinuz\nF:usr/share/shared\nR:both"
	db := cutDatabase(musl+"\n\n"+linux+"\n\n", []string{"musl"})
	if want := musl + "\n\n"; db.text != want {
		t.Errorf("database is %q, want %q", db.text, want)
	}
	if !db.dropped["boot/vmlinuz"] || db.dropped["usr/share/shared/both"] || db.dropped["lib/ld-musl.so.1"] {
		t.Errorf("dropped %v, want boot/vmlinuz only", db.dropped)
	}
	if !db.dirs["usr/share/shared"] || !db.dirs["lib"] || db.dirs["boot"] {
		t.Errorf("directories %v, want those of musl", db.dirs)
	}
}

func TestTestKeyIsTheSameAtEachRun(t *testing.T) {
	t.Parallel()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.public()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(public, "A70oFWtXU1KDh8qM2tf24\n") {
		t.Errorf("key is\n%s", public)
	}
}
