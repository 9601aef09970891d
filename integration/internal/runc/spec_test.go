package runc

import (
	"os"
	"path/filepath"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

func TestImageUser(t *testing.T) {
	t.Parallel()
	rootfs := t.TempDir()
	passwd := "root:x:0:0:root:/root:/sbin/nologin\nappuser:x:1001:1002::/tmp:/sbin/nologin\n"
	if err := os.Mkdir(filepath.Join(rootfs, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(rootfs, "etc/passwd"), []byte(passwd), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text     string
		uid, gid uint32
		err      string
	}{
		{text: ""},
		{text: "1001", uid: 1001, gid: 1002},
		{text: "appuser", uid: 1001, gid: 1002},
		{text: "1001:0", uid: 1001, gid: 0},
		{text: "4711", uid: 4711, gid: 0},
		{text: "4711:5", uid: 4711, gid: 5},
		{text: "nobody", err: "user nobody is not in /etc/passwd"},
		{text: "1001:staff", err: "user 1001:staff: group is no number"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got, err := imageUser(tt.text, rootfs)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("got error %v, want %s", err, tt.err)
				}
				return
			}
			if want := (specs.User{UID: tt.uid, GID: tt.gid}); err != nil || got.UID != want.UID || got.GID != want.GID {
				t.Errorf("got %d:%d, %v; want %d:%d", got.UID, got.GID, err, want.UID, want.GID)
			}
		})
	}
}
