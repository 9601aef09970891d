package llb_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bk "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/llb"
	"github.com/keelback/keelback/spec"
)

const (
	bigPackages = 500

	maxDefinition = 2 << 20 // bytes
	maxBeside     = 12      // vertices beside the downloads and the layers of dependencies
)

// bigLocks are locks of 500 packages with 60 wheels each, by name, each in a context
// of its own.
func bigLocks(tb testing.TB) map[string]lock.Tree {
	tb.Helper()
	contexts := map[string]lock.Tree{}
	for name, text := range map[string][]byte{"uv.lock": bigUVLock(), "pylock.toml": bigPylock()} {
		folder := tb.TempDir()
		project := []byte("[project]\nname = \"shop\"\ndynamic = [\"dependencies\"]\n")
		for file, data := range map[string][]byte{name: text, "pyproject.toml": project} {
			if err := os.WriteFile(filepath.Join(folder, file), data, 0o644); err != nil {
				tb.Fatal(err)
			}
		}
		contexts[name] = dir(tb, folder)
	}
	return contexts
}

// BenchmarkCompile500 is the way from the text of a large lock to the marshalled
// definition, images resolved at once.
//
//	go test ./llb -run '^$' -bench Compile500
func BenchmarkCompile500(b *testing.B) {
	s := bigSpec(b)
	for name, context := range bigLocks(b) {
		b.Run(name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = define(b, s, load(b, s, context)).ToPB().SizeVT()
			}
			b.ReportMetric(float64(size), "definition-B")
		})
	}
}

// TestCompileLargeLock holds the definition of a large lock to its limits, and
// compiles it 25 times: it is the same each time.
func TestCompileLargeLock(t *testing.T) {
	t.Parallel()
	s := bigSpec(t)
	for name, context := range bigLocks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opt := load(t, s, context)
			first := define(t, s, opt)
			if n := first.ToPB().SizeVT(); n > maxDefinition {
				t.Errorf("the definition has %d bytes, at most %d are right", n, maxDefinition)
			}
			// Without the checks, which are beside the way to the image.
			path := opt
			path.Caps = allCaps(pb.CapPassthroughOp)
			downloads, others := countVertices(t, define(t, s, path))
			if downloads != bigPackages {
				t.Errorf("%d downloads, want %d", downloads, bigPackages)
			}
			if most := s.Layers + maxBeside; others > most {
				t.Errorf("%d vertices beside the downloads, at most %d are right", others, most)
			}
			for range 24 {
				if again := define(t, s, opt); !slices.EqualFunc(first.Def, again.Def, bytes.Equal) {
					t.Fatal("two compiles of the same lock differ")
				}
			}
		})
	}
}

func bigSpec(tb testing.TB) *spec.Spec {
	tb.Helper()
	s, err := spec.Parse("keelback.yaml", []byte("name: shop\npython: \"3.13\"\ncommand: [python, -m, shop]\n"), nil)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// load reads the lock of a context.
func load(tb testing.TB, s *spec.Spec, context lock.Tree) llb.Options {
	tb.Helper()
	opt, err := newOptions(tb.Context(), s, context, "linux/amd64")
	if err != nil {
		tb.Fatal(err)
	}
	return opt
}

// define makes the definition of a build.
func define(tb testing.TB, s *spec.Spec, opt llb.Options) *bk.Definition {
	tb.Helper()
	res, err := llb.Compile(tb.Context(), s, opt)
	if err != nil {
		tb.Fatal(err)
	}
	def, err := res.Marshal(tb.Context(), opt.Platform, opt.Caps)
	if err != nil {
		tb.Fatal(err)
	}
	return def
}

// countVertices counts the ops of a definition: those that download a file, and all
// others.
func countVertices(tb testing.TB, def *bk.Definition) (downloads, others int) {
	tb.Helper()
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			tb.Fatal(err)
		}
		switch source := op.GetSource(); {
		case op.Op == nil: // the result, which is no vertex
		case source != nil && strings.HasPrefix(source.Identifier, "https://"):
			downloads++
		default:
			others++
		}
	}
	return downloads, others
}

// bigWheel is one of the files of a package, as big projects publish them.
type bigWheel struct {
	url, sha256 string
	size        int
}

// bigWheels are the wheels of a package: for each version of Python and each platform.
// Some are so big that they have layers of their own.
func bigWheels(i int) []bigWheel {
	platforms := []string{
		"macosx_10_13_x86_64", "macosx_11_0_arm64", "manylinux_2_17_aarch64.manylinux2014_aarch64",
		"manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_s390x.manylinux2014_s390x",
		"musllinux_1_2_x86_64", "musllinux_1_2_aarch64", "win32", "win_amd64", "win_arm64",
	}
	var wheels []bigWheel
	for minor := 9; minor <= 14; minor++ {
		for _, platform := range platforms {
			name := fmt.Sprintf("%s-1.%d.0-cp3%d-cp3%[3]d-%s.whl", strings.ReplaceAll(bigName(i), "-", "_"), i%10, minor, platform)
			sum := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
			wheels = append(wheels, bigWheel{
				url:    fmt.Sprintf("https://files.example.com/packages/%s/%s/%s/%s", sum[:2], sum[2:4], sum[4:], name),
				sha256: sum, size: 20_000 + i*i*100,
			})
		}
	}
	return wheels
}

// bigName is the name of a package. Some are families.
func bigName(i int) string {
	return fmt.Sprintf("%s-package%03d", []string{"cloud", "data", "web"}[i%3]+fmt.Sprint(i/7), i)
}

func bigUVLock() []byte {
	var packages, needs strings.Builder
	for i := range bigPackages {
		fmt.Fprintf(&packages, "[[package]]\nname = %q\nversion = \"1.%d.0\"\nsource = { registry = \"https://index.example.com/simple\" }\nwheels = [\n", bigName(i), i%10)
		for _, w := range bigWheels(i) {
			fmt.Fprintf(&packages, "    { url = %q, hash = \"sha256:%s\", size = %d, upload-time = \"2026-11-01T11:20:07.123Z\" },\n", w.url, w.sha256, w.size)
		}
		packages.WriteString("]\n\n")
		fmt.Fprintf(&needs, "    { name = %q, marker = \"sys_platform != 'win32'\" },\n", bigName(i))
	}
	return fmt.Appendf(nil, "version = 1\nrevision = 3\nrequires-python = \">=3.9\"\n\n%s[[package]]\nname = \"shop\"\nsource = { virtual = \".\" }\ndependencies = [\n%s]\n", &packages, &needs)
}

func bigPylock() []byte {
	var text strings.Builder
	text.WriteString("lock-version = \"1.0\"\ncreated-by = \"uv\"\n")
	for i := range bigPackages {
		fmt.Fprintf(&text, "\n[[packages]]\nname = %q\nversion = \"1.%d.0\"\nmarker = \"sys_platform != 'win32'\"\nwheels = [\n", bigName(i), i%10)
		for _, w := range bigWheels(i) {
			fmt.Fprintf(&text, "    { url = %q, upload-time = 2026-11-01T11:20:07Z, size = %d, hashes = { sha256 = %q } },\n", w.url, w.size, w.sha256)
		}
		text.WriteString("]\n")
	}
	return []byte(text.String())
}
