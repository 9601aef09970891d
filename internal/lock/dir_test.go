package lock_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/lock"
)

func TestDirLacksWhatIsIgnoredAndWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{".dockerignore": "hidden*\n", "a.whl": "", "hidden.whl": "", "folder/b.whl": ""} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "out.whl")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	tree, err := lock.OpenDir(root, "keelback.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := tree.Lacks(t.Context(), "a.whl", "absent.whl", "folder", "folder/b.whl", "hidden.whl", "out.whl")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"absent.whl", "folder", "hidden.whl", "out.whl"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
