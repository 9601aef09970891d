package lock_test

import (
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/lock"
)

func TestLoadRefusesKeysOfManyParts(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"key":          strings.Repeat("a.", 1<<20) + "a = 1",
		"header":       "[" + strings.Repeat("a.", 1<<20) + "a]",
		"inline table": "a = {" + strings.Repeat("a.", 1<<20) + "a = 1}",
	} {
		context := memory{"pylock.toml": []byte("lock-version = \"1.0\"\n" + text)}
		_, err := lock.Load(t.Context(), fuzzed(t, "pylock.toml"), context)
		want := "keelback.yaml:5:22: dependencies.lock: pylock.toml:2: a key of more than 100 parts"
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
