package lock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"strings"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/spec"
)

// context is a build context in memory: what .dockerignore hides is not there.
type memory map[string][]byte

func (m memory) Files(_ context.Context, patterns ...string) (map[string][]byte, error) {
	ignored, err := m.Ignored(context.Background())
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, pattern := range patterns {
		for name, data := range m {
			if hidden, err := patternmatcher.MatchesOrParentMatches(name, ignored); err != nil || hidden {
				continue
			}
			if ok, err := path.Match(pattern, name); err == nil && ok {
				files[name] = data
			}
		}
	}
	return files, nil
}

func (m memory) Ignored(context.Context) ([]string, error) {
	return ignorefile.ReadAll(bytes.NewReader(m[".dockerignore"]))
}

func (m memory) HasDir(_ context.Context, dir string) (bool, error) {
	for name := range m {
		if strings.HasPrefix(name, dir+"/") {
			return true, nil
		}
	}
	return false, nil
}

func (m memory) Lacks(ctx context.Context, names ...string) ([]string, error) {
	var lacks []string
	for _, name := range names {
		if files, err := m.Files(ctx, name); err != nil {
			return nil, err
		} else if len(files) == 0 {
			lacks = append(lacks, name)
		}
	}
	return lacks, nil
}

func TestLoad(t *testing.T) {
	t.Parallel()
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		data, _ := c.Input("keelback.yaml")
		s, err := spec.Parse("keelback.yaml", data, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := lock.Load(t.Context(), s, memory(c.Files("context/")))
		if err != nil {
			c.Compare("errors", []byte(err.Error()))
			return
		}
		got, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		c.Compare("project", got)
		if p.Lock != nil {
			selectAll(t, c, s, p)
		}
	})
}
