package slice_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/rootfs"
	"github.com/keelback/keelback/internal/slice"
)

func openText(t *testing.T, archive string) *rootfs.Root {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = f.Data
	}
	return open(t, files)
}

func TestLayersOfTheEnvironmentThatClash(t *testing.T) {
	t.Parallel()
	const (
		system = `
-- etc/os-release --
ID=alpine
VERSION_ID=3.22.1
-- lib/ld-musl-x86_64.so.1 elf --
-- lib/apk/db/installed --
P:musl

-- usr/local/bin/python3.13 elf --
interp /lib/ld-musl-x86_64.so.1
-- usr/local/lib/python3.13/os.py --
`
		venv   = "-- opt/venv/bin/python -> /usr/local/bin/python3.13 --\n"
		site   = "/opt/venv/lib/python3.13/site-packages/"
		one    = "-- opt/venv/lib/python3.13/site-packages/one-1.0.dist-info/RECORD --\n"
		two    = "-- opt/venv/lib/python3.13/site-packages/two-2.0.dist-info/RECORD --\n"
		leave  = " (leave one of them out of the lock)"
		shared = "-- opt/venv/lib/python3.13/site-packages/"
		folds  = " of one 1.0 (some file systems take them for the same; leave one of them out of the lock)"
	)
	tests := []struct{ name, first, second, want string }{
		{
			"a file and a directory", one + "shared,,\n" + shared + "shared --\n", two + "shared/x.py,,\n" + shared + "shared/x.py --\n",
			site + "shared: one 1.0 and two 2.0 both have it, as a file and as a directory" + leave,
		},
		{
			"a directory and a file", one + "shared/x.py,,\n" + shared + "shared/x.py --\n", two + "shared,,\n" + shared + "shared --\n",
			site + "shared: one 1.0 and two 2.0 both have it, as a directory and as a file" + leave,
		},
		{
			"a link and a directory", one + "shared,,\n" + shared + "shared -> other --\n", two + "shared/x.py,,\n" + shared + "shared/x.py --\n",
			site + "shared: one 1.0 and two 2.0 both have it, as a link and as a directory" + leave,
		},
		{
			"links that lead elsewhere", one + "shared,,\n" + shared + "shared -> a --\n", two + "shared,,\n" + shared + "shared -> b --\n",
			site + "shared: one 1.0 and two 2.0 both have it, as links to a and to b" + leave,
		},
		{
			"another case", one + "shared/x.py,,\n" + shared + "shared/x.py --\n", two + "Shared/X.py,,\n" + shared + "Shared/X.py --\n",
			site + "Shared/X.py of two 2.0: clashes with " + site + "shared/x.py" + folds,
		},
		{
			"a file and a directory of another case", one + "shared,,\n" + shared + "shared --\n", two + "Shared/x.py,,\n" + shared + "Shared/x.py --\n",
			site + "Shared of two 2.0: clashes with " + site + "shared" + folds,
		},
		{
			"another form of a letter", one + "\u00e9.py,,\n" + shared + "\u00e9.py --\n", two + "e\u0301.py,,\n" + shared + "e\u0301.py --\n",
			site + "e\u0301.py of two 2.0: clashes with " + site + "\u00e9.py" + folds,
		},
		{"files of a directory in two cases", one + shared + "shared/x.py --\n", two + shared + "Shared/y.py --\n", ""},
		{"links to the same", one + shared + "shared -> x.py --\n", two + shared + "shared -> x.py --\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			system := openText(t, system)
			_, err := slice.Runtime(slice.Options{
				Base: system, Builder: system,
				Venvs: []*rootfs.Root{openText(t, venv), openText(t, tt.first), openText(t, tt.second)},
			})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
