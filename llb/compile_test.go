package llb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
	capspb "github.com/moby/buildkit/util/apicaps/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/internal/golden"
	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

// images is a registry that has every image: with the environment of the public
// ones, and a digest made from the name.
type images struct{}

func (images) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	img := dockerspec.DockerOCIImage{}
	img.Platform = *opt.ImageOpt.Platform
	img.Config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	if strings.Contains(ref, "distroless") {
		img.Config.Env = append(img.Config.Env, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt")
	}
	data, err := json.Marshal(img)
	return ref, digest.FromString(ref), data, err
}

// readFiles gives the files that are read while compiling: the C libraries of the base
// images, and what an index answers about the packages of a lock.
func readFiles(answer []byte) func(context.Context, bk.State, ...string) (map[string][]byte, error) {
	files := map[string][]byte{
		"pylock.toml":                               answer,
		"lib/ld-musl-x86_64.so.1":                   []byte("musl libc (x86_64)\x001.2.5\x00"),
		"lib/ld-musl-aarch64.so.1":                  []byte("musl libc (aarch64)\x001.2.5\x00"),
		"lib/ld-musl-s390x.so.1":                    []byte("musl libc (s390x)\x001.2.5\x00"),
		"usr/lib/x86_64-linux-gnu/libc.so.6":        []byte("GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\n"),
		"usr/lib/aarch64-linux-gnu/libc.so.6":       []byte("GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\n"),
		"usr/local/include/python3.13/patchlevel.h": []byte("#define PY_VERSION \"3.13.9\"\n"),
		"usr/local/include/python3.14/patchlevel.h": []byte("#define PY_VERSION \"3.14.1\"\n"),
	}
	return func(_ context.Context, _ bk.State, patterns ...string) (map[string][]byte, error) {
		found := map[string][]byte{}
		for _, name := range patterns {
			if data, ok := files[name]; ok {
				found[name] = data
			}
		}
		return found, nil
	}
}

func lockText(p *lock.Project) []byte {
	if p.Lock == nil {
		return nil
	}
	return p.Text(p.Lock.Path)
}

var (
	pinned = regexp.MustCompile(`^([a-z0-9-]+)==([^ ;]+)`)
	hashed = regexp.MustCompile(`--hash=sha256:([0-9a-f]{64})`)
)

// index is the answer of an index that has one wheel, for any platform, of each
// package of a requirements file. Its hash is the first one of the package.
func index(requirements []byte) []byte {
	answer := "lock-version = \"1.0\"\ncreated-by = \"test\"\n"
	name := ""
	for line := range strings.Lines(string(requirements)) {
		if m := pinned.FindStringSubmatch(line); m != nil {
			name = m[1] + "-" + m[2]
			answer += fmt.Sprintf("[[packages]]\nname = %q\nversion = %q\n", m[1], m[2])
		}
		if m := hashed.FindStringSubmatch(line); m != nil && name != "" {
			file := strings.ReplaceAll(name[:strings.LastIndex(name, "-")], "-", "_") + name[strings.LastIndex(name, "-"):] + "-py3-none-any.whl"
			answer += fmt.Sprintf("[[packages.wheels]]\nurl = \"https://files.example.com/%s\"\nsize = %d\nhashes = {sha256 = %q}\n", file, 100_000*len(name), m[1])
			name = ""
		}
	}
	return []byte(answer)
}

// allCaps are those of a daemon that can do everything.
func allCaps(without ...apicaps.CapID) apicaps.CapSet {
	all := pb.Caps.All()
	return pb.Caps.CapSet(slices.DeleteFunc(all, func(c *capspb.APICap) bool { return slices.Contains(without, apicaps.CapID(c.ID)) }))
}

// options are those of a build by a worker that runs amd64, for a platform.
func options(t *testing.T, s *spec.Spec, tree lock.Tree, platform string) llb.Options {
	t.Helper()
	opt, err := newOptions(t.Context(), s, tree, platform)
	if err != nil {
		t.Fatal(err)
	}
	return opt
}

func newOptions(ctx context.Context, s *spec.Spec, tree lock.Tree, platform string) (llb.Options, error) {
	project, err := lock.Load(ctx, s, tree)
	if err != nil {
		return llb.Options{}, err
	}
	return llb.Options{
		Config:          dockerui.Config{NetworkMode: pb.NetMode_UNSET},
		Project:         project,
		Context:         bk.Local("context", bk.LocalUniqueID("test")),
		Manifests:       bk.Local("context", bk.FollowPaths(project.AllManifests()), bk.LocalUniqueID("test")),
		Step:            bk.Image("docker.io/keelback/keelback:1", bk.Platform(platforms.MustParse("linux/amd64"))),
		Platform:        platforms.MustParse(platform),
		BuildPlatform:   platforms.MustParse("linux/amd64"),
		WorkerPlatforms: []ocispecs.Platform{platforms.MustParse("linux/amd64"), platforms.MustParse("linux/arm64")},
		Resolver:        images{},
		ReadFiles:       readFiles(index(lockText(project))),
		SourceMap:       bk.NewSourceMap(nil, s.Filename(), "YAML", s.Data()),
		Caps:            allCaps(),
	}, nil
}

// compile gives the dump of a build, and its image config.
func compile(t *testing.T, s *spec.Spec, opt llb.Options) (dump, config []byte) {
	t.Helper()
	res, err := llb.Compile(t.Context(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	def, err := res.Marshal(t.Context(), opt.Platform, opt.Caps)
	if err != nil {
		t.Fatal(err)
	}
	if dump, err = llb.Dump(def); err != nil {
		t.Fatal(err)
	}
	if config, err = json.MarshalIndent(res.Image, "", "  "); err != nil {
		t.Fatal(err)
	}
	return dump, config
}

// parse reads a spec of examples.
func parse(t *testing.T, file string, data []byte) *spec.Spec {
	t.Helper()
	s, err := spec.Parse(filepath.Base(file), data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCompileExamples shows the whole graph of each example, by platform.
func TestCompileExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../examples/*/keelback*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		for _, platform := range []string{"linux/amd64", "linux/arm64"} {
			name := fmt.Sprintf("%s/%s/%s", filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".yaml"), strings.ReplaceAll(platform, "/", "-"))
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := parse(t, file, read(t, file))
				dump, config := compile(t, s, options(t, s, dir(t, filepath.Dir(file)), platform))
				golden.File(t, filepath.Join("testdata", "examples", name+".golden"), append(append(dump, '\n'), append(config, '\n')...))
			})
		}
	}
}

// TestCompile shows the whole graph of cases that are not worth an example, or the
// error.
func TestCompile(t *testing.T) {
	t.Parallel()
	golden.Run(t, "testdata/cases", func(t *testing.T, c *golden.Case) {
		data, _ := c.Input("keelback.yaml")
		s, err := spec.Parse("keelback.yaml", data, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree := t.TempDir()
		for name, content := range c.Files("context/") {
			write(t, filepath.Join(tree, name), content)
		}
		opt := options(t, s, dir(t, tree), "linux/amd64")
		if answer, ok := c.Input("answer"); ok {
			opt.ReadFiles = readFiles(answer)
		}
		if target, ok := c.Input("target"); ok {
			opt.Target = string(bytes.TrimSpace(target))
		}
		if names, ok := c.Input("wheelhouse"); ok {
			opt.Wheelhouse = &llb.Wheelhouse{State: bk.Local("wheelhouse", bk.LocalUniqueID("test")), Files: map[string]bool{}}
			for name := range strings.FieldsSeq(string(names)) {
				opt.Wheelhouse.Files[name] = true
			}
		}
		if _, ok := c.Input("no-merge-op"); ok {
			opt.Caps = allCaps(pb.CapMergeOp)
		}
		if _, ok := c.Input("no-passthrough-op"); ok {
			opt.Caps = allCaps(pb.CapPassthroughOp)
		}
		if p, ok := c.Input("platform"); ok {
			opt.Platform = platforms.MustParse(string(bytes.TrimSpace(p)))
		}
		res, err := llb.Compile(t.Context(), s, opt)
		if err != nil {
			c.Compare("error", []byte(err.Error()))
			return
		}
		def, err := res.Marshal(t.Context(), opt.Platform, opt.Caps)
		if err != nil {
			t.Fatal(err)
		}
		dump, err := llb.Dump(def)
		if err != nil {
			t.Fatal(err)
		}
		c.Compare("graph", dump)
		var warnings strings.Builder
		for _, w := range res.Warnings {
			fmt.Fprintln(&warnings, w)
		}
		c.Compare("warnings", []byte(warnings.String()))
		if len(res.Checks) > 0 {
			def, err := res.Checks[0].Marshal(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if dump, err = llb.Dump(def); err != nil {
				t.Fatal(err)
			}
			c.Compare("check", dump)
		}
	})
}

// TestBuildArguments refuses passwords and what is no URL: build arguments are for all
// to read, and become part of the graph.
func TestBuildArguments(t *testing.T) {
	t.Parallel()
	s := parse(t, "keelback.yaml", []byte("name: shop\npython: \"3.13\"\ncommand: [shop]\n"))
	for _, arg := range []string{"KEELBACK_INDEX", "KEELBACK_MIRROR"} {
		for _, value := range []string{"https://joe:s3cret@example.com/simple", "-r/etc/passwd", "https://example.com/?token=s3cret"} {
			opt := options(t, s, dir(t, t.TempDir()), "linux/amd64")
			opt.BuildArgs = map[string]string{arg: value}
			_, err := llb.Compile(t.Context(), s, opt)
			if err == nil || !strings.HasPrefix(err.Error(), "build argument "+arg+": ") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s=%s: error is %v", arg, value, err)
			}
		}
	}
}

// TestDeterministic compiles the examples 25 times: an order by chance, as that of a
// map, would not come out the same each time.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../examples/*/keelback*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		s := parse(t, file, read(t, file))
		opt := options(t, s, dir(t, filepath.Dir(file)), "linux/amd64")
		var first [][]byte
		for range 25 {
			res, err := llb.Compile(t.Context(), s, opt)
			if err != nil {
				t.Fatal(err)
			}
			def, err := res.Marshal(t.Context(), opt.Platform, opt.Caps)
			if err != nil {
				t.Fatal(err)
			}
			config, err := json.Marshal(res.Image)
			if err != nil {
				t.Fatal(err)
			}
			got := append(slices.Clone(def.Def), config)
			if first == nil {
				first = got
			}
			if !slices.EqualFunc(first, got, bytes.Equal) {
				t.Fatalf("%s: two compiles of the same spec differ", file)
			}
		}
	}
}

// dir is a build context on disk.
func dir(t testing.TB, name string) lock.Tree {
	t.Helper()
	root, err := os.OpenRoot(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	tree, err := lock.OpenDir(root, filepath.Join(name, "keelback.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkCompile measures Compile for the fastapi example, images resolved at
// once.
func BenchmarkCompile(b *testing.B) {
	file := "../examples/fastapi/keelback.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	s, err := spec.Parse(filepath.Base(file), data, nil)
	if err != nil {
		b.Fatal(err)
	}
	opt, err := newOptions(b.Context(), s, dir(b, filepath.Dir(file)), "linux/amd64")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		res, err := llb.Compile(b.Context(), s, opt)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := res.Marshal(b.Context(), opt.Platform, opt.Caps); err != nil {
			b.Fatal(err)
		}
	}
}
