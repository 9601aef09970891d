package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckoutOfEachExample can be edited, bumped and built in each mode: the examples
// have what the program changes.
func TestCheckoutOfEachExample(t *testing.T) {
	t.Parallel()
	for _, s := range services() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c, err := newCheckout("../..", t.TempDir(), s)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.edit(); err != nil {
				t.Error(err)
			}
			if err := c.bump(); err != nil {
				t.Error(err)
			}
			for _, v := range variants() {
				if _, has := s.bases[v.base]; !has || !v.ours() {
					continue
				}
				if err := c.setBytecode(v.base, v.name); err != nil {
					t.Fatal(err)
				}
				spec, err := os.ReadFile(filepath.Join(c.dir, s.spec(v.base)))
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(string(spec), "\nruntime: "+strings.ToLower(string(v.base))+"\n") {
					t.Errorf("%s is not for %s", s.spec(v.base), v.base)
				}
				want := 1
				if v.name == strip {
					want = 0
				}
				if n := strings.Count(string(spec), "bytecode:"); n != want {
					t.Errorf("%s: the spec says it %d times:\n%s", v.id(), n, spec)
				}
			}
		})
	}
}

func TestReplaceRequirement(t *testing.T) {
	t.Parallel()
	const others = "certifi==1 \\\n    --hash=sha256:aa\n"
	got, err := replaceRequirement(others + "idna==3.20 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\nidna-more==1 \\\n    --hash=sha256:dd\n")
	if want := others + bumpedRequirement + "idna-more==1 \\\n    --hash=sha256:dd\n"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := replaceRequirement(others); err == nil {
		t.Error("a lock without it is no error")
	}
}
