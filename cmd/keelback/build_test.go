package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/spec"
)

// readTar gives the files of an archive.
func readTar(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[header.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// imageIn gives the descriptor of the one image in an archive.
func imageIn(t *testing.T, path string) ocispecs.Descriptor {
	t.Helper()
	var index ocispecs.Index
	if err := json.Unmarshal(readTar(t, path)[ocispecs.ImageIndexFile], &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Manifests) != 1 {
		t.Fatalf("%s: %d images, want 1", path, len(index.Manifests))
	}
	return index.Manifests[0]
}

func TestBuildWithoutOutputWritesAnArchiveBesideTheSpec(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.env["SOURCE_DATE_EPOCH"] = "1700000000"

	out := k.buildDir()
	out.wantCode(t, 0)
	if diff := cmp.Diff([]string{"demo.oci.tar"}, k.files()); diff != "" {
		t.Errorf("files in the directory (-want +got):\n%s", diff)
	}
	path := k.path("demo.oci.tar")
	digest := imageIn(t, path).Digest
	size := 0
	files := readTar(t, path)
	for name, data := range files {
		if strings.HasPrefix(name, "blobs/sha256/") {
			size += len(data)
		}
	}
	want := fmt.Sprintf("%s: digest %s, %.1f MB compressed\n", path, digest, float64(size)/1e6)
	if diff := cmp.Diff(want, out.stdout); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	if _, ok := files["manifest.json"]; !ok {
		t.Error("no manifest.json: docker load does not read the archive")
	}

	oci := k.path("other.tar")
	k.buildDir("-o", "type=oci,dest="+oci).wantCode(t, 0)
	if got := imageIn(t, oci).Digest; got != digest {
		t.Errorf("type=oci gives another image: %s, want %s", got, digest)
	}
}

func TestBuildRecordsTagsInTheArchive(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.buildDir("-t", "demo:1", "-t", "example.com/demo").wantCode(t, 0)
	files := readTar(t, k.path("demo.oci.tar"))
	var manifests []struct{ RepoTags []string }
	if err := json.Unmarshal(files["manifest.json"], &manifests); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"demo:1", "example.com/demo:latest"}, manifests[0].RepoTags); diff != "" {
		t.Errorf("tags for docker load (-want +got):\n%s", diff)
	}
	wantText(t, string(files[ocispecs.ImageIndexFile]), "docker.io/library/demo:1", "example.com/demo:latest")
}

func TestBuildWithAttestationsWritesAnIndex(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.buildDir("--provenance=mode=max").wantCode(t, 0)
	if got := imageIn(t, k.path("demo.oci.tar")).MediaType; got != ocispecs.MediaTypeImageIndex {
		t.Errorf("the archive has a %s, want an index with the provenance", got)
	}
}

func TestBuildForSeveralPlatformsWritesAnIndex(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		ui, err := dockerui.NewClient(c)
		if err != nil {
			return nil, err
		}
		images, err := ui.Build(ctx, func(ctx context.Context, p *ocispecs.Platform, _ int) (*dockerui.BuildResult, error) {
			res, err := hello(ctx, c)
			if err != nil {
				return nil, err
			}
			image := &dockerspec.DockerOCIImage{}
			image.Platform = *p
			return &dockerui.BuildResult{Reference: res.Ref, Image: image}, nil
		})
		if err != nil {
			return nil, err
		}
		return images.Finalize()
	})
	k.buildDir("--platform", "linux/amd64,linux/arm64").wantCode(t, 0)
	if got := imageIn(t, k.path("demo.oci.tar")).MediaType; got != ocispecs.MediaTypeImageIndex {
		t.Errorf("the archive has a %s, want an index", got)
	}
}

func TestBuildToADirectory(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.buildDir("-o", k.path("out")).wantCode(t, 0)
	if data, err := os.ReadFile(k.path("out/hello")); err != nil || string(data) != "hello\n" {
		t.Errorf("got %q, %v", data, err)
	}
	if diff := cmp.Diff([]string{"out"}, k.files()); diff != "" {
		t.Errorf("files in the directory (-want +got):\n%s", diff)
	}
}

func TestBuildQuietPrintsTheDigestAlone(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	out := k.buildDir("--progress", "quiet")
	out.wantCode(t, 0)
	if want := imageIn(t, k.path("demo.oci.tar")).Digest.String() + "\n"; out.stdout != want || out.stderr != "" {
		t.Errorf("stdout %q, stderr %q, want %q and nothing", out.stdout, out.stderr, want)
	}
}

func TestBuildWritesMetadata(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.buildDir("-t", "demo:1", "--metadata-file", k.path("metadata.json")).wantCode(t, 0)
	data, err := os.ReadFile(k.path("metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Digest     string              `json:"containerimage.digest"`
		Config     string              `json:"containerimage.config.digest"`
		Descriptor ocispecs.Descriptor `json:"containerimage.descriptor"`
		Name       string              `json:"image.name"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	image := imageIn(t, k.path("demo.oci.tar")).Digest
	if got.Digest != image.String() || got.Descriptor.Digest != image || got.Name != "docker.io/library/demo:1" || !strings.HasPrefix(got.Config, "sha256:") {
		t.Errorf("unexpected metadata for %s:\n%s", image, data)
	}
}

func TestAFailedBuildLeavesTheOldArchiveAlone(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	// The frontend succeeds: the step fails when its result is exported.
	lazy := func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		source := llb.NewSourceMap(nil, "keelback.yaml", "YAML", []byte("name: demo\ncommand: [python, -m, demo]\n"))
		at := source.Location([]*pb.Range{{Start: &pb.Position{Line: 2}, End: &pb.Position{Line: 2}}})
		return solve(ctx, c, llb.Scratch().File(llb.Copy(llb.Scratch(), "/nothing", "/"), at))
	}
	for name, flags := range map[string][]string{
		"default": {},
		"oci":     {"-o", "type=oci,dest=DEST"},
		"tar":     {"-o", "type=tar,dest=DEST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeelback(t, lazy)
			old := k.write("demo.oci.tar", "old")
			for i := range flags {
				flags[i] = strings.ReplaceAll(flags[i], "DEST", old)
			}
			out := k.buildDir(flags...)
			out.wantCode(t, exitFailed)
			wantText(t, out.stderr, `   2 | >>> command: [python, -m, demo]`, "ERROR: ", "/nothing")
			if diff := cmp.Diff([]string{"demo.oci.tar"}, k.files()); diff != "" {
				t.Errorf("files in the directory (-want +got):\n%s", diff)
			}
			if data, err := os.ReadFile(old); err != nil || string(data) != "old" {
				t.Errorf("the archive holds %q (%v), want the old one", data, err)
			}
		})
	}
}

func TestAnInterruptedBuildLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	ctx, interrupt := context.WithCancel(t.Context())
	k := newKeelback(t, func(ctx context.Context, _ gateway.Client) (*gateway.Result, error) {
		interrupt()
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	out := k.runContext(ctx, "build", k.dir, "--step", k.path("step"))
	out.wantCode(t, exitInterrupted)
	if files := k.files(); len(files) > 0 {
		t.Errorf("files in the directory: %v", files)
	}
}

func TestAMistakeThatTheFrontendFindsIsShownInTheSpec(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	data := []byte("name: demo\ncommand: [python, -m, demo]\n")
	k := newKeelback(t, func(context.Context, gateway.Client) (*gateway.Result, error) {
		s, err := spec.Parse("keelback.yaml", data, nil)
		if err != nil {
			return nil, err
		}
		info := &pb.SourceInfo{Filename: "keelback.yaml", Data: data}
		return nil, errdefs.WithSource(spec.Errors{s.Errorf("command[1]", "is not to my taste")}, &errdefs.Source{Info: info})
	})
	out := k.buildDir()
	out.wantCode(t, exitUsage)
	wantText(t, out.stderr, "keelback.yaml:2:19: command[1]: is not to my taste\n"+
		"    2 | command: [python, -m, demo]\n"+
		"      |                   ^^\n"+
		"ERROR: 1 error in the spec\n")
}

func TestWhatTheDaemonCannotDoIsNoMistakeInTheSpec(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		data := []byte("name: demo\ncommand: [python, -m, demo]\n")
		s, err := spec.Parse("keelback.yaml", data, nil)
		if err != nil {
			return nil, err
		}
		_, _, _, err = c.ResolveImageConfig(ctx, "127.0.0.1:1/python:3", sourceresolver.Opt{})
		return nil, spec.Errors{s.Errorf("name", "%w", err)}
	})
	out := k.buildDir()
	out.wantCode(t, exitFailed)
	wantText(t, out.stderr, "ERROR: keelback.yaml:1:7: name: ", "connection refused")
}

func TestAnErrorOfTheFrontendIsNotDressedUp(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, func(context.Context, gateway.Client) (*gateway.Result, error) {
		return nil, errors.New("no such image")
	})
	out := k.buildDir()
	out.wantCode(t, exitFailed)
	if want := "ERROR: no such image\n"; out.stderr != want {
		t.Errorf("stderr %q, want %q", out.stderr, want)
	}
}

func TestBuildsShareTheCache(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.buildDir().wantCode(t, 0)
	out := k.buildDir("--progress", "plain")
	out.wantCode(t, 0)
	wantText(t, out.stderr, "mkfile /hello", "CACHED")
}

// showContext is a frontend whose image is a context.
func showContext(load func(ctx context.Context, ui *dockerui.Client) (*llb.State, error)) gateway.BuildFunc {
	return func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		ui, err := dockerui.NewClient(c)
		if err != nil {
			return nil, err
		}
		state, err := load(ctx, ui)
		if err != nil {
			return nil, err
		}
		return solve(ctx, c, llb.Scratch().File(llb.Copy(*state, "/", "/")))
	}
}

// namedContext is a frontend whose image is a named context.
func namedContext(name string) gateway.BuildFunc {
	return showContext(func(ctx context.Context, ui *dockerui.Client) (*llb.State, error) {
		named, err := ui.NamedContext(name, dockerui.ContextOpt{})
		if err != nil {
			return nil, err
		}
		if named == nil {
			return nil, fmt.Errorf("there is no context %s", name)
		}
		state, _, err := named.Load(ctx)
		return state, err
	})
}

func TestTheFrontendGetsTheProgramForSteps(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, namedContext(stepName))
	k.buildDir("-o", k.path("out")).wantCode(t, 0)
	entries, err := os.ReadDir(k.path("out"))
	if err != nil || len(entries) != 1 || entries[0].Name() != stepName {
		t.Fatalf("got %v, %v, want %s alone", entries, err, stepName)
	}
	fi, err := entries[0].Info()
	if err != nil || fi.Mode() != 0o755 {
		t.Errorf("mode %v, %v, want -rwxr-xr-x", fi.Mode(), err)
	}
	want, _ := os.ReadFile(k.path("step"))
	if got, err := os.ReadFile(k.path("out/" + stepName)); err != nil || string(got) != string(want) {
		t.Errorf("another file came, %v", err)
	}
}

func TestNamedContexts(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	layout := filepath.Join(t.TempDir(), "layout")
	newKeelback(t, hello).buildDir("-t", "example.com/hello:1", "-o", "type=oci,tar=false,dest="+layout).wantCode(t, 0)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hello"), []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"a directory":                 dir,
		"the only image of a layout":  "oci-layout://" + layout,
		"an image of a layout by tag": "oci-layout://" + layout + ":1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeelback(t, namedContext("example.com/base:3.22"))
			k.buildDir("--build-context", "example.com/base:3.22="+value, "-o", k.path("out")).wantCode(t, 0)
			if data, err := os.ReadFile(k.path("out/hello")); err != nil || string(data) != "hello\n" {
				t.Errorf("got %q, %v", data, err)
			}
		})
	}
	t.Run("a layout instead of the program for steps", func(t *testing.T) {
		t.Parallel()
		k := newKeelback(t, namedContext(stepName))
		k.run("build", k.dir, "--step", "oci-layout://"+layout, "-o", k.path("out")).wantCode(t, 0)
		if _, err := os.Stat(k.path("out/hello")); err != nil {
			t.Error(err)
		}
	})
}

func TestLLBPrintsWhatTheFrontendAnswers(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	k := newKeelback(t, func(_ context.Context, c gateway.Client) (*gateway.Result, error) {
		res := gateway.NewResult()
		res.AddMeta("result.txt", []byte("graph for "+c.BuildOpts().Opts["requestid"]+"\n"))
		return res, nil
	})
	out := k.run("llb", k.dir, "--step", k.path("step"))
	out.wantCode(t, 0)
	if want := "graph for keelback.llb\n"; out.stdout != want {
		t.Errorf("stdout %q, want %q", out.stdout, want)
	}
}

func TestTheDaemonIsGoneAfterTheLastBuild(t *testing.T) {
	needBuildKit(t)
	k := newKeelback(t, hello)
	k.buildDir().wantCode(t, 0)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range processes {
		command, _ := os.ReadFile(process)
		if regexp.MustCompile(`buildkitd.*` + regexp.QuoteMeta(cache)).Match(command) {
			t.Errorf("%s still runs", strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
}
