package lock_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/lock"
)

const completingAnswer = `lock-version = "1.0"
[[packages]]
name = "anyio"
version = "1.0"
wheels = [{ url = "https://files.example.com/anyio-1.0-py3-none-any.whl", hashes = { sha256 = "HASH" } }]
[[packages]]
name = "idna"
version = "1.0"
marker = "python_version < '4'"
wheels = [{ url = "https://files.example.com/idna-1.0-py3-none-any.whl", hashes = { sha256 = "HASH" } }]
`

// What `keelback lock` writes is what a build takes, until a file changes.
func TestCompletedStandsForTheLockAsLongAsNoFileChanges(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("a", 64)
	context := memory{
		"deps/requirements.txt":         []byte("-r base.txt\nanyio==1.0 --hash=sha256:" + hash + "\n./six-1.0-py3-none-any.whl --hash=sha256:" + hash + "\n"),
		"deps/base.txt":                 []byte("idna==1.0 --hash=sha256:" + hash + " ; python_version < '4'\n"),
		"deps/six-1.0-py3-none-any.whl": nil,
	}
	s := fuzzed(t, "deps/requirements.txt")
	p, err := lock.Load(t.Context(), s, context)
	if err != nil {
		t.Fatal(err)
	}
	done, err := p.Lock.Complete([][]byte{[]byte(strings.ReplaceAll(completingAnswer, "HASH", hash))})
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Completed(done)
	if err != nil {
		t.Fatal(err)
	}
	if from := lock.CompletedFrom(text); from != "requirements.txt" {
		t.Errorf("completed from %q", from)
	}
	context["deps/pylock.toml"] = text
	if p, err = lock.Load(t.Context(), s, context); err != nil || p.Lock.Path != "deps/pylock.toml" || p.Lock.Missing() != nil {
		t.Fatalf("%+v, %v\n%s", p, err, text)
	}
	for _, name := range []string{"deps/requirements.txt", "deps/base.txt"} {
		changed := maps.Clone(context)
		changed[name] = append([]byte("# changed\n"), changed[name]...)
		if _, err := lock.Load(t.Context(), s, changed); err == nil || !strings.Contains(err.Error(), "deps/pylock.toml was completed from another requirements.txt (keelback lock)") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
