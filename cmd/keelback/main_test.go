package main

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/internal/daemon"
)

// TestMain makes the test binary the supervisor of the daemon that tests start, and
// keeps tests away from the files of the user who runs them.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		a := &app{stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv}
		os.Exit(a.run(context.Background(), os.Args[1:]))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	silence()
	home, err := os.MkdirTemp("", "keelback")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(home)
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for name, value := range map[string]string{
		"XDG_CACHE_HOME":  filepath.Join(home, "cache"),
		"XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"DOCKER_CONFIG":   filepath.Join(home, "docker"),
		"PATH":            os.Getenv("PATH") + string(os.PathListSeparator) + bin,
	} {
		os.Setenv(name, value)
	}
	return m.Run()
}

// needBuildKit skips a test where no daemon can be started, but not where
// KEELBACK_NEED_BUILDKIT says that one can.
func needBuildKit(t *testing.T) {
	t.Helper()
	if _, err := daemon.Find(); err != nil {
		if os.Getenv("KEELBACK_NEED_BUILDKIT") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// keelback is a command line that is run by a test.
type keelback struct {
	t     *testing.T
	build gateway.BuildFunc
	env   map[string]string

	// dir has a spec, and the program for build steps.
	dir string
}

func newKeelback(t *testing.T, build gateway.BuildFunc) *keelback {
	t.Helper()
	k := &keelback{t: t, build: build, env: map[string]string{}, dir: t.TempDir()}
	k.write("keelback.yaml", "name: demo\ncommand: [python, -m, demo]\n")
	k.write("step", string(program(t, runtime.GOARCH, false)))
	return k
}

func (k *keelback) write(name, text string) string {
	k.t.Helper()
	path := filepath.Join(k.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		k.t.Fatal(err)
	}
	return path
}

func (k *keelback) path(name string) string { return filepath.Join(k.dir, name) }

// files are the names in a directory that no test has written.
func (k *keelback) files() (names []string) {
	k.t.Helper()
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() != "keelback.yaml" && entry.Name() != "step" {
			names = append(names, entry.Name())
		}
	}
	return names
}

// output of a command that was run.
type output struct {
	code           int
	stdout, stderr string
}

func (k *keelback) run(args ...string) output { return k.runContext(k.t.Context(), args...) }

func (k *keelback) runContext(ctx context.Context, args ...string) output {
	k.t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		stdout: &stdout,
		stderr: &stderr,
		build:  k.build,
		env: func(name string) (string, bool) {
			value, ok := k.env[name]
			return value, ok
		},
	}
	code := a.run(ctx, args)
	k.t.Logf("keelback %s: exit code %d\n%s%s", strings.Join(args, " "), code, stdout.String(), stderr.String())
	return output{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

// buildDir runs `keelback build` for the spec of the test.
func (k *keelback) buildDir(args ...string) output {
	k.t.Helper()
	return k.run(append([]string{"build", k.dir, "--step", k.path("step")}, args...)...)
}

func (o output) wantCode(t *testing.T, want int) {
	t.Helper()
	if o.code != want {
		t.Fatalf("exit code %d, want %d", o.code, want)
	}
}

func wantText(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, part := range want {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in:\n%s", part, got)
		}
	}
}

// program is a file that looks like a Linux program.
func program(t *testing.T, arch string, dynamic bool) []byte {
	t.Helper()
	m, ok := machine(arch)
	if !ok {
		t.Fatalf("unknown architecture %s", arch)
	}
	header := elf.Header64{
		Type: uint16(elf.ET_EXEC), Machine: uint16(m), Version: uint32(elf.EV_CURRENT),
		Ehsize: 64, Phentsize: 56, Phoff: 64, Phnum: 1,
	}
	copy(header.Ident[:], elf.ELFMAG)
	header.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	header.Ident[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	header.Ident[elf.EI_VERSION] = byte(elf.EV_CURRENT)
	prog := elf.Prog64{Type: uint32(elf.PT_LOAD)}
	if dynamic {
		prog.Type = uint32(elf.PT_INTERP)
	}
	var b bytes.Buffer
	for _, part := range []any{header, prog} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// hello is a frontend whose image has one file.
func hello(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
	return solve(ctx, c, llb.Scratch().File(llb.Mkfile("/hello", 0o644, []byte("hello\n"))))
}

// solve gives the image of a state, for each platform that was asked for.
func solve(ctx context.Context, c gateway.Client, state llb.State) (*gateway.Result, error) {
	def, err := state.Marshal(ctx)
	if err != nil {
		return nil, err
	}
	solved, err := c.Solve(ctx, gateway.SolveRequest{Definition: def.ToPB()})
	if err != nil {
		return nil, err
	}
	ref, err := solved.SingleRef()
	if err != nil {
		return nil, err
	}
	image := ocispecs.Image{Platform: ocispecs.Platform{OS: "linux", Architecture: runtime.GOARCH}}
	image.Config.Labels = map[string]string{ocispecs.AnnotationTitle: "demo"}
	config, err := json.Marshal(image)
	if err != nil {
		return nil, err
	}
	res := gateway.NewResult()
	res.SetRef(ref)
	res.AddMeta(exptypes.ExporterImageConfigKey, config)
	return res, nil
}

func TestTheVersionIsAFlagToo(t *testing.T) {
	t.Parallel()
	k := newKeelback(t, nil)
	command, flag := k.run("version"), k.run("--version")
	flag.wantCode(t, 0)
	if flag.stdout == "" || flag != command {
		t.Errorf("got %+v, want %+v", flag, command)
	}
}
