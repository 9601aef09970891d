package lock_test

import (
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/spec"
)

// seeds are the files of a name in the cases below testdata.
func seeds(f *testing.F, section string) {
	f.Helper()
	found := 0
	err := filepath.WalkDir("testdata", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return err
		}
		for _, file := range archive.Files {
			if file.Name == section {
				f.Add(file.Data)
				found++
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		f.Fatalf("%d seeds: %v", found, err)
	}
}

// fuzzed is what a spec that lets everything be built says.
func fuzzed(t *testing.T, lockFile string) *spec.Spec {
	t.Helper()
	s, err := spec.Parse("keelback.yaml", []byte("name: shop\npython: \"3.13\"\ncommand: [shop]\nbuilder: {unlocked: true}\ndependencies: {lock: "+lockFile+"}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fuzz reads a lock. What is selected of it is what the rules allow, whatever it says.
func fuzz(t *testing.T, name string, data []byte, more memory) {
	context := memory{name: data, "pyproject.toml": []byte("[project]\nname = \"shop\"\ndynamic = [\"dependencies\"]\n")}
	for name, data := range more {
		context[name] = data
	}
	s := fuzzed(t, name)
	p, err := lock.Load(t.Context(), s, context)
	if err != nil {
		if strings.Contains(err.Error(), "hunter2@") {
			t.Errorf("an error shows a password: %v", err)
		}
		return
	}
	p.Lock.Missing()
	chosen, err := p.Lock.Select(s, musl)
	if err != nil {
		return
	}
	names := map[string]bool{}
	for _, d := range chosen {
		if names[d.Name] || d.Name == "" {
			t.Errorf("%q is selected twice, or is no name", d.Name)
		}
		names[d.Name] = true
		if (d.Wheel == nil) == (d.Source == nil) {
			t.Errorf("%s: %+v", d.Name, d)
		}
		if d.Wheel != nil {
			checkFile(t, d.Wheel)
		}
	}
	if pylock, err := p.Lock.Pylock(); err == nil && p.Lock.Missing() == nil {
		context["pylock.toml"] = pylock
		roundTrip(t, context, chosen)
	}
}

func checkFile(t *testing.T, f *lock.File) {
	t.Helper()
	u, err := url.Parse(f.URL)
	switch {
	case err != nil || u.User != nil || len(f.SHA256) != 64:
		t.Errorf("%+v", f)
	case f.Path == "" && u.Scheme != "https" && u.Scheme != "http":
		t.Errorf("%+v", f)
	case f.Path != "" && !filepath.IsLocal(f.Path):
		t.Errorf("%+v", f)
	case strings.ContainsAny(f.Name, "/\\\x00") || !strings.HasSuffix(f.Name, ".whl"):
		t.Errorf("%+v", f)
	}
}

// roundTrip makes sure that what is written as pylock.toml selects the same.
func roundTrip(t *testing.T, context memory, want []lock.Distribution) {
	t.Helper()
	pylock := context["pylock.toml"]
	s := fuzzed(t, "pylock.toml")
	p, err := lock.Load(t.Context(), s, context)
	if err != nil {
		t.Fatalf("%v\n%s", err, pylock)
	}
	got, err := p.Lock.Select(s, musl)
	if err != nil {
		t.Fatalf("%v\n%s", err, pylock)
	}
	if len(got) != len(want) {
		t.Fatalf("%d selected, then %d\n%s", len(want), len(got), pylock)
	}
	for i, d := range got {
		if d.Name != want[i].Name || d.Wheel == nil || *d.Wheel != *want[i].Wheel {
			t.Errorf("%+v became %+v", want[i], d)
		}
	}
}

func FuzzUVLock(f *testing.F) {
	seeds(f, "context/uv.lock")
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzz(t, "uv.lock", data, memory{"lib/pyproject.toml": []byte("")})
	})
}

func FuzzPylock(f *testing.F) {
	seeds(f, "context/pylock.toml")
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, "pylock.toml", data, nil) })
}

func FuzzRequirements(f *testing.F) {
	seeds(f, "context/requirements.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzz(t, "requirements.txt", data, memory{"base.txt": data, "constraints.txt": data})
	})
}

// FuzzRequiresOf makes sure that what an index is asked for is requirements, line by
// line, whatever a manifest says.
func FuzzRequiresOf(f *testing.F) {
	for _, text := range []string{"wheel", "A_b[x,y] (>=1,<2) ; python_version < '3.14'", "-r x", "wheel\n-r x", "a @ https://b.example", "a===b", "a;b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := lock.RequiresOf(fmt.Appendf(nil, "[build-system]\nrequires = [%q]", text))
		if err != nil {
			return
		}
		for _, r := range got {
			if r == "" || strings.ContainsAny(r[:1], "-#.") || strings.ContainsAny(r, "\r\n#\\") || strings.Contains(r, " -") && !strings.Contains(r, ";") {
				t.Errorf("%q gives %q", text, r)
			}
			if again, err := lock.RequiresOf(fmt.Appendf(nil, "[build-system]\nrequires = [%q]", r)); err != nil || len(again) != 1 || again[0] != r {
				t.Errorf("%q gives %q, which gives %q, %v", text, r, again, err)
			}
		}
	})
}

// FuzzComplete answers for an index. No file is taken but those whose hash is locked
// for that package.
func FuzzComplete(f *testing.F) {
	seeds(f, "answer 1")
	a, b := strings.Repeat("a", 64), strings.Repeat("b", 64)
	requirements := []byte("anyio==1.0 --hash=sha256:" + a + "\nidna==1.0 ; python_version > '3' --hash=sha256:" + b + "\n")
	locked := map[string]string{"anyio": a, "idna": b}
	f.Fuzz(func(t *testing.T, answer []byte) {
		s := fuzzed(t, "requirements.txt")
		p, err := lock.Load(t.Context(), s, memory{"requirements.txt": requirements})
		if err != nil {
			t.Fatal(err)
		}
		done, err := p.Lock.Complete([][]byte{answer})
		if err != nil {
			return
		}
		chosen, err := done.Select(s, musl)
		if err != nil {
			return
		}
		for _, d := range chosen {
			checkFile(t, d.Wheel)
			if locked[d.Name] != d.Wheel.SHA256 || d.Version != "1.0" {
				t.Errorf("%+v", d)
			}
		}
		if len(chosen) != len(locked) {
			t.Errorf("%d packages", len(chosen))
		}
		if _, err := done.Pylock(); err != nil {
			t.Error(err)
		}
	})
}
