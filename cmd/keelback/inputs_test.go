package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
	"github.com/spf13/pflag"
)

// parse reads flags as the command does.
func parse(t *testing.T, dir string, args ...string) *buildFlags {
	t.Helper()
	f := &buildFlags{}
	f.dir = dir
	flags := pflag.NewFlagSet("build", pflag.ContinueOnError)
	f.inputs.addFlags(flags)
	f.outputs.addFlags(flags)
	f.solver.addFlags(flags, func(string) (string, bool) { return "", false })
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

// solveOptOf gives what the daemon is asked for.
func solveOptOf(t *testing.T, dir string, env map[string]string, args ...string) (client.SolveOpt, error) {
	t.Helper()
	f := parse(t, dir, args...)
	lookup := func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
	opt, err := f.solveOpt(lookup, &configfile.ConfigFile{})
	if err != nil {
		return opt, err
	}
	return opt, f.setAttrs(&opt)
}

func specDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"keelback.yaml", "other.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFlagsBecomeFrontendAttributes(t *testing.T) {
	t.Parallel()
	dir := specDir(t)
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want map[string]string
	}{
		"none": {
			want: map[string]string{},
		},
		"build arguments": {
			env:  map[string]string{"FROM_ENV": "x"},
			args: []string{"--build-arg", "A=b=c", "--build-arg", "FROM_ENV", "--build-arg", "NOT_SET", "--build-arg", "EMPTY="},
			want: map[string]string{"build-arg:A": "b=c", "build-arg:FROM_ENV": "x", "build-arg:EMPTY": ""},
		},
		"epoch and proxies of the environment": {
			env:  map[string]string{"SOURCE_DATE_EPOCH": "1", "HTTP_PROXY": "http://a", "no_proxy": "b", "HOME": "/"},
			want: map[string]string{"build-arg:SOURCE_DATE_EPOCH": "1", "build-arg:HTTP_PROXY": "http://a", "build-arg:no_proxy": "b"},
		},
		"given epoch and proxy before those of the environment": {
			env:  map[string]string{"SOURCE_DATE_EPOCH": "1", "HTTP_PROXY": "http://a"},
			args: []string{"--build-arg", "SOURCE_DATE_EPOCH=2", "--build-arg", "http_proxy="},
			want: map[string]string{"build-arg:SOURCE_DATE_EPOCH": "2", "build-arg:http_proxy": ""},
		},
		"labels, target, no cache, pull": {
			args: []string{"--label", "a=b", "--label", "c", "--target", "debug", "--no-cache", "--pull"},
			want: map[string]string{"label:a": "b", "label:c": "", "target": "debug", "no-cache": "", "image-resolve-mode": "pull"},
		},
		"platforms": {
			args: []string{"--platform", "linux/amd64,linux/arm64/v8", "--platform", "linux/amd64"},
			want: map[string]string{"platform": "linux/amd64,linux/arm64"},
		},
		"attestations": {
			args: []string{"--attest", "type=provenance,mode=min", "--provenance", "mode=max", "--sbom=true"},
			want: map[string]string{"attest:provenance": "type=provenance,mode=max", "attest:sbom": "type=sbom"},
		},
		"no attestations": {
			args: []string{"--attest", "type=provenance,mode=min", "--provenance=false", "--sbom=generator=a/b", "--attest", "type=sbom"},
			want: map[string]string{"attest:sbom": "type=sbom,generator=a/b"},
		},
		"named contexts": {
			args: []string{"--build-context", "docker.io/library/python:3.13=docker-image://mirror/python:3.13", "--build-context", "a=https://example.com/a.git#main"},
			want: map[string]string{"context:python:3.13": "docker-image://mirror/python:3.13", "context:a": "https://example.com/a.git#main"},
		},
		"named contexts in directories": {
			args: []string{"--build-context", "context=" + dir, "--build-context", "b=" + dir},
			want: map[string]string{
				"context:context": "local:_context", "sharedkey:localdir:context": dir,
				"context:b": "local:b", "sharedkey:localdir:b": dir,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opt, err := solveOptOf(t, dir, c.env, c.args...)
			if err != nil {
				t.Fatal(err)
			}
			c.want["filename"] = "keelback.yaml"
			if diff := cmp.Diff(c.want, opt.FrontendAttrs); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProxiesOfDockersConfigArePassed(t *testing.T) {
	t.Parallel()
	config := &configfile.ConfigFile{Proxies: map[string]configfile.ProxyConfig{"default": {HTTPProxy: "http://docker", NoProxy: "docker"}}}
	got := inherited(func(name string) (string, bool) { return "http://env", name == "HTTP_PROXY" }, config)
	want := map[string]string{"HTTP_PROXY": "http://env", "http_proxy": "http://docker", "NO_PROXY": "docker", "no_proxy": "docker"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

func TestContextsAndTheirSpecs(t *testing.T) {
	t.Parallel()
	dir := specDir(t)
	for name, c := range map[string]struct {
		dir, file string
		want      map[string]string
		mounts    []string
	}{
		"directory": {
			dir:    dir,
			want:   map[string]string{"filename": "keelback.yaml"},
			mounts: []string{"context", "dockerfile"},
		},
		"directory and another spec": {
			dir: dir, file: filepath.Join(dir, "other.yaml"),
			want:   map[string]string{"filename": "other.yaml"},
			mounts: []string{"context", "dockerfile"},
		},
		"git": {
			dir:  "https://example.com/orders.git#main:services/orders",
			want: map[string]string{"context": "https://example.com/orders.git#main:services/orders", "filename": "keelback.yaml"},
		},
		"git and a spec in it": {
			dir: "git@example.com:orders.git", file: "build/other.yaml",
			want: map[string]string{"context": "git@example.com:orders.git", "filename": "build/other.yaml"},
		},
		"archive and a spec that is here": {
			dir: "https://example.com/orders.tar.gz", file: filepath.Join(dir, "other.yaml"),
			want:   map[string]string{"context": "https://example.com/orders.tar.gz", "filename": "other.yaml", "dockerfilekey": "dockerfile"},
			mounts: []string{"dockerfile"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opt, err := solveOptOf(t, c.dir, nil, "--file", c.file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, opt.FrontendAttrs); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.mounts, slices.Sorted(maps.Keys(opt.LocalMounts))); diff != "" {
				t.Errorf("directories (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCachesAreNamedAsBuildxNamesThem(t *testing.T) {
	t.Parallel()
	opt, err := solveOptOf(t, specDir(t), nil,
		"--cache-from", "example.com/cache", "--cache-from", "type=local,src=a",
		"--cache-to", "example.com/cache", "--cache-to", "type=local,dest=a,mode=max")
	if err != nil {
		t.Fatal(err)
	}
	want := []client.CacheOptionsEntry{
		{Type: "registry", Attrs: map[string]string{"ref": "example.com/cache"}},
		{Type: "local", Attrs: map[string]string{"src": "a"}},
	}
	if diff := cmp.Diff(want, opt.CacheImports); diff != "" {
		t.Errorf("--cache-from (-want +got):\n%s", diff)
	}
	want = []client.CacheOptionsEntry{
		{Type: "registry", Attrs: map[string]string{"ref": "example.com/cache", "mode": "min"}},
		{Type: "local", Attrs: map[string]string{"dest": "a", "mode": "max"}},
	}
	if diff := cmp.Diff(want, opt.CacheExports); diff != "" {
		t.Errorf("--cache-to (-want +got):\n%s", diff)
	}
}

func TestWrongFlagsAreUsageErrors(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--build-arg", "=a"},
		{"--label", "=a"},
		{"--platform", "linux/amd64/v1/x"},
		{"--build-context", "a"},
		{"--build-context", "A B=."},
		{"--build-context", "a=/does/not/exist"},
		{"--build-context", "a=oci-layout:///does/not/exist"},
		{"--secret", "id"},
		{"--secret", "id=a,src=/does/not/exist"},
		{"--ssh", "default=/does/not/exist"},
		{"--cache-from", "src=a"},
		{"--cache-to", "dest=a"},
		{"--attest", "type=nothing"},
		{"--attest", "type=sbom,disabled=x"},
	} {
		t.Run(args[0]+" "+args[1], func(t *testing.T) {
			t.Parallel()
			_, err := solveOptOf(t, specDir(t), nil, args...)
			var usage usageError
			if !errors.As(err, &usage) {
				t.Errorf("got %v, want a usage error", err)
			}
		})
	}
}
