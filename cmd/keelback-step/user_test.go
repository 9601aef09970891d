package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/rootfs/rootfstest"
)

const accounts = `
-- etc/passwd 0640 0:5 --
root:x:0:0:root:/root:/bin/sh
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
-- etc/group --
root:x:0:root
users:x:100:games
nonroot:x:65532:
`

func TestUserIsAdded(t *testing.T) {
	t.Parallel()
	rootfstest.NeedsRoot(t)
	appuser := user{name: "appuser", uid: 1001, gid: 1002}
	tests := []struct {
		name, base string
		user       user
		list       string
		files      map[string]string
	}{
		{
			"to the files of the base, which keep mode and owner", accounts, appuser, `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /etc (2020-02-02)
-rw-r--r-- 0:0 /etc/group 65
-rw-r----- 0:5 /etc/passwd 128
dtrwxrwxrwx 0:0 /tmp
`,
			map[string]string{
				"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\nappuser:x:1001:1002::/tmp:/sbin/nologin\n",
				"/etc/group":  "root:x:0:root\nusers:x:100:games\nnonroot:x:65532:\nappuser:x:1002:\n",
			},
		},
		{
			"with a locked password, where there are passwords",
			"-- etc/passwd --\n-- etc/group --\n-- etc/shadow 0640 0:42 --\nroot:*::0:::::\n-- etc/gshadow --\n-- tmp/ 01777 --\n", appuser, `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /etc (2020-02-02)
-rw-r--r-- 0:0 /etc/group 16
-rw-r--r-- 0:0 /etc/gshadow 12
-rw-r--r-- 0:0 /etc/passwd 40
-rw-r----- 0:42 /etc/shadow 39
`,
			map[string]string{"/etc/shadow": "root:*::0:::::\nappuser:!::0:99999:7:::\n", "/etc/gshadow": "appuser:!::\n"},
		},
		{
			"to a base without users", "-- tmp/ 0755 5:5 --\n", appuser, `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /etc
-rw-r--r-- 0:0 /etc/group 16
-rw-r--r-- 0:0 /etc/passwd 40
dtrwxrwxrwx 0:0 /tmp
`,
			map[string]string{"/etc/passwd": "appuser:x:1001:1002::/tmp:/sbin/nologin\n"},
		},
		{
			"once only", accounts + "-- tmp/ 01777 --\n", user{name: "nonroot", uid: 65532, gid: 65532}, `
drwxr-xr-x 0:0 /
`, nil,
		},
		{
			"where a link of the base leads", "-- etc/passwd -> ../data/passwd --\n-- data/passwd --\nroot:x:0:0::/:/bin/sh\n-- tmp/ 01777 --\n-- etc/group --\n", appuser, `
drwxr-xr-x 0:0 /
drwxr-xr-x 0:0 /data (2020-02-02)
-rw-r--r-- 0:0 /data/passwd 62
drwxr-xr-x 0:0 /etc (2020-02-02)
-rw-r--r-- 0:0 /etc/group 16
`, nil,
		},
		{
			"with directories to write to", "-- var/run -> /run --\n-- run/ --\n-- data/ 0700 7:7 --\n-- tmp/ 01777 --\n-- etc/passwd --\nappuser:x:1001:1002::/:\n-- etc/group --\nappuser:x:1002:\n",
			user{name: "appuser", uid: 1001, gid: 1002, writable: []string{"/srv/models", "/var/run/app", "/data/", "/tmp"}},
			`
drwxr-xr-x 0:0 /
drwxrwxr-x 1001:0 /data
drwxr-xr-x 0:0 /run (2020-02-02)
drwxrwxr-x 1001:0 /run/app
drwxr-xr-x 0:0 /srv
drwxrwxr-x 1001:0 /srv/models
`, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, err := tt.user.layer(openText(t, tt.base))
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "out")
			if err := l.Write(out); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.list, "\n"+rootfstest.List(t, out)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for name, want := range tt.files {
				e, err := l.Stat(name)
				if err != nil {
					t.Fatal(err)
				}
				got, err := e.ReadAll()
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("%s -want +got:\n%s", name, diff)
				}
			}
		})
	}
}

func TestUserAfterALineWithoutAnEnd(t *testing.T) {
	t.Parallel()
	root, err := rootfs.Open(rootfstest.Make(t, map[string][]byte{"etc/passwd": []byte("root:x:0:0::/:/bin/sh")}))
	if err != nil {
		t.Fatal(err)
	}
	l, err := user{name: "appuser", uid: 1, gid: 2}.layer(root)
	if err != nil {
		t.Fatal(err)
	}
	e, err := l.Stat("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := "root:x:0:0::/:/bin/sh\nappuser:x:1:2::/tmp:/sbin/nologin\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUserThatClashes(t *testing.T) {
	t.Parallel()
	const taken = " is in the base already, and not as "
	tests := []struct {
		name string
		user user
		want string
	}{
		{"name with another uid", user{name: "nonroot", uid: 1001, gid: 65532}, "/etc/passwd: nonroot (65532:65532)" + taken + "nonroot (1001:65532)"},
		{"name with another gid", user{name: "nonroot", uid: 65532, gid: 1001}, "/etc/passwd: nonroot (65532:65532)" + taken + "nonroot (65532:1001)"},
		{"uid of another", user{name: "appuser", uid: 65532, gid: 1001}, "/etc/passwd: nonroot (65532:65532)" + taken + "appuser (65532:1001)"},
		{"gid of another group", user{name: "appuser", uid: 1001, gid: 100}, "/etc/group: users (100)" + taken + "appuser (1001:100)"},
		{"group's name with another gid", user{name: "users", uid: 1001, gid: 1001}, "/etc/group: users (100)" + taken + "users (1001:1001)"},
		{"root", user{name: "appuser", uid: 0, gid: 1}, "appuser (0:1): a user needs a name, and numbers above 0"},
		{"no name", user{uid: 1, gid: 1}, " (1:1): a user needs a name"},
		{"name with more fields", user{name: "a:0:0", uid: 1, gid: 1}, "a:0:0 (1:1): a user needs a name"},
		{"writable file", user{name: "appuser", uid: 1, gid: 1, writable: []string{"/etc/passwd"}}, "/etc/passwd: a file is there already, where a directory would go"},
		{"relative writable path", user{name: "appuser", uid: 1, gid: 1, writable: []string{"models"}}, `--writable: "models" is not an absolute path`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.user.layer(openText(t, accounts))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}
