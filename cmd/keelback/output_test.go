package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shape is what of a result can be compared.
type shape struct {
	Type, Dir, File string
	Attrs           map[string]string
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "image.tar")
	none := map[string]string{}
	for name, c := range map[string]struct {
		args []string
		want []shape
	}{
		"none": {},
		"a directory alone": {
			args: []string{"-o", dir},
			want: []shape{{Type: "local", Dir: dir, Attrs: none}},
		},
		"stdout alone": {
			args: []string{"-o", "-"},
			want: []shape{{Type: "tar", File: "-", Attrs: none}},
		},
		"an archive with options": {
			args: []string{"-o", "type=oci,dest=" + file + ",compression=zstd", "-t", "a/b:1", "-t", "c"},
			want: []shape{{Type: "oci", File: file, Attrs: map[string]string{"compression": "zstd", "name": "a/b:1,c"}}},
		},
		"a layout": {
			args: []string{"-o", "type=oci,tar=false,dest=" + dir},
			want: []shape{{Type: "oci", Dir: dir, Attrs: map[string]string{"tar": "false"}}},
		},
		"several": {
			args: []string{"-o", "type=docker,dest=" + file, "-o", "type=local,dest=" + dir},
			want: []shape{{Type: "docker", File: file, Attrs: none}, {Type: "local", Dir: dir, Attrs: none}},
		},
		"a registry": {
			args: []string{"-o", "type=registry", "-t", "a"},
			want: []shape{{Type: "image", Attrs: map[string]string{"push": "true", "unpack": "false", "name": "a"}}},
		},
		"push": {
			args: []string{"--push", "-t", "a"},
			want: []shape{{Type: "image", Attrs: map[string]string{"push": "true", "unpack": "false", "name": "a"}}},
		},
		"push beside an archive": {
			args: []string{"--push", "-t", "a", "-o", "type=oci,dest=" + file},
			want: []shape{
				{Type: "oci", File: file, Attrs: map[string]string{"name": "a"}},
				{Type: "image", Attrs: map[string]string{"push": "true", "unpack": "false", "name": "a"}},
			},
		},
		"push of a named image": {
			args: []string{"--push", "-o", "type=image,name=a"},
			want: []shape{{Type: "image", Attrs: map[string]string{"push": "true", "name": "a"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results, err := parse(t, ".", c.args...).results()
			if err != nil {
				t.Fatal(err)
			}
			var got []shape
			for _, r := range results {
				s := shape{Type: r.Type, Dir: r.OutputDir, Attrs: r.Attrs}
				if r.archive != nil {
					s.File = r.archive.path
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrongOutputsAreUsageErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown type":             {[]string{"-o", "type=zip,dest=a"}, "oci, docker, local, tar, image or registry"},
		"no type":                     {[]string{"-o", "dest=a,name=b"}, "oci, docker, local, tar, image or registry"},
		"no pair":                     {[]string{"-o", "type=oci,zstd"}, "zstd: not of the form KEY=VALUE"},
		"a directory for an archive":  {[]string{"-o", "type=oci,dest=" + dir}, "a directory"},
		"no directory for an archive": {[]string{"-o", "type=oci,dest=" + dir + "/a/b"}, "no such directory"},
		"no place for a directory":    {[]string{"-o", "type=local"}, "dest is needed"},
		"a place for an image":        {[]string{"-o", "type=registry,dest=a"}, "type=oci does"},
		"stdout twice":                {[]string{"-o", "-", "-o", "type=oci"}, "taken by another"},
		"push without a name":         {[]string{"--push"}, "--tag"},
		"a name that is none":         {[]string{"-t", "A"}, "lowercase"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, ".", c.args...).results()
			var usage usageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a usage error with %q", err, c.want)
			}
		})
	}
}

func TestAnArchiveIsThereAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T) (*archive, string) {
		t.Helper()
		a := &archive{path: filepath.Join(t.TempDir(), "image.tar")}
		if err := os.WriteFile(a.path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		w, err := a.open(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return a, filepath.Dir(a.path)
	}
	want := func(t *testing.T, dir, text string) {
		t.Helper()
		if data, err := os.ReadFile(filepath.Join(dir, "image.tar")); err != nil || string(data) != text {
			t.Errorf("got %q, %v, want %q", data, err, text)
		}
	}
	t.Run("committed", func(t *testing.T) {
		t.Parallel()
		a, dir := write(t)
		want(t, dir, "old")
		if err := errors.Join(a.commit(), a.discard()); err != nil {
			t.Fatal(err)
		}
		want(t, dir, "new")
	})
	t.Run("discarded", func(t *testing.T) {
		t.Parallel()
		a, dir := write(t)
		if err := a.discard(); err != nil {
			t.Fatal(err)
		}
		want(t, dir, "old")
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%v, %v: want image.tar alone", entries, err)
		}
	})
	t.Run("never sent", func(t *testing.T) {
		t.Parallel()
		if err := (&archive{path: "image.tar"}).commit(); err == nil {
			t.Error("no error")
		}
	})
}
