package main

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/spec"
)

func TestOnlyMistakesInTheSpecAreMistakes(t *testing.T) {
	t.Parallel()
	data := []byte("name: demo\ncommand: [python, -m, demo]\n")
	s, err := spec.Parse("keelback.yaml", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	one := s.Errorf("command[1]", "no such image")
	const place = "    2 | command: [python, -m, demo]\n      |                   ^^\n"
	for name, c := range map[string]struct {
		err    error
		code   int
		stderr string
	}{
		"mistake": {
			spec.Errors{one},
			exitUsage,
			"keelback.yaml:2:19: command[1]: no such image\n" + place + "ERROR: 1 error in the spec\n",
		},
		"what went wrong about a key": {
			fmt.Errorf("linux/amd64: %w", one), exitFailed,
			place + "ERROR: linux/amd64: keelback.yaml:2:19: command[1]: no such image\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			a := &app{stderr: &stderr}
			if code := a.report(t.Context(), mistaken(c.err, data)); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if diff := cmp.Diff(c.stderr, stderr.String()); diff != "" {
				t.Errorf("stderr (-want +got):\n%s", diff)
			}
		})
	}
}
