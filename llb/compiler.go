package llb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/internal/wheel"
	"github.com/keelback/keelback/spec"
)

// Paths in the image. The virtual environment lies at the same path in the builder
// and in the image, so that scripts and pyvenv.cfg hold in both.
const (
	venvDir = "/opt/venv"
	appDir  = "/app"
)

// Stages that ops belong to. Their names stand before those of the ops.
const (
	stageWheels   = "wheels"
	stagePackages = "packages"
	stageBuilder  = "builder"
	stageRuntime  = "runtime"
	stageApp      = "app"
	stageBytecode = "bytecode"
	stageSmoke    = "smoke"
)

// stageTitle says what a stage does: its line in the progress.
func stageTitle(stage string) string {
	switch stage {
	case stageWheels:
		return "fetch wheels"
	case stagePackages:
		return "install wheels"
	case stageBuilder:
		return "prepare the builder"
	case stageRuntime:
		return "interpreter, libraries and user"
	case stageBytecode:
		return "compile modules"
	case stageSmoke:
		return "try the image"
	default:
		return "copy the service's files"
	}
}

// compiler holds what all steps of one Compile need. Once the target is known only
// the lists of files grow.
type compiler struct {
	spec   *spec.Spec
	opt    Options
	family family
	target string
	images images

	python    wheel.Target
	lock      *lock.Lock // complete; nil when there is none
	downloads map[string]Download
	locks     map[string]*llb.SourceMap
	absent    []string // files that the wheelhouse does not have
	warnings  []*spec.Error
	imports   llb.State // what the service was seen to import
	gate      llb.State // what the smoke gate says, if there is one
}

func newCompiler(s *spec.Spec, opt Options) (*compiler, error) {
	c := &compiler{
		spec: s, opt: opt, family: familyOf(s.Runtime.Base), target: opt.Target,
		downloads: map[string]Download{}, locks: map[string]*llb.SourceMap{},
	}
	if c.target == "" {
		c.target = TargetImage
	}
	if !slices.Contains(Targets(), c.target) {
		return nil, fmt.Errorf("no target %q (%s)", c.target, strings.Join(Targets(), ", "))
	}
	if err := c.checkArgs(); err != nil {
		return nil, err
	}
	return c, c.checkPlatform()
}

// checkArgs refuses URLs in build arguments that no lock may have either. They are for
// all to read.
func (c *compiler) checkArgs() error {
	for _, name := range []string{argIndex, argMirror} {
		if v := c.opt.BuildArgs[name]; v != "" {
			if problem := spec.MirrorProblem(v); problem != "" {
				return fmt.Errorf("build argument %s: %s", name, problem)
			}
		}
	}
	return nil
}

// checkPlatform refuses steps that would have to run programs of a platform that
// the worker cannot run. Wheels are installed without running anything.
func (c *compiler) checkPlatform() error {
	if c.runs(c.opt.Platform) {
		return nil
	}
	for _, need := range []struct {
		path     string
		packages []string
	}{
		{"builder.packages", c.spec.Builder.Packages},
		{"runtime.packages", c.spec.Runtime.Packages},
	} {
		if len(need.packages) > 0 {
			return spec.Errors{c.spec.Errorf(need.path, "installing system packages for %s runs programs of that platform, and this builder runs only %s (a builder of that platform, or an emulator: docker run --privileged tonistiigi/binfmt --install %s)",
				platforms.Format(c.opt.Platform), formatPlatforms(c.opt.WorkerPlatforms), c.opt.Platform.Architecture)}
		}
	}
	return nil
}

// runs tells whether the worker can run programs of a platform.
func (c *compiler) runs(p ocispecs.Platform) bool {
	return slices.ContainsFunc(append([]ocispecs.Platform{c.opt.BuildPlatform}, c.opt.WorkerPlatforms...), platforms.OnlyStrict(p).Match)
}

func formatPlatforms(ps []ocispecs.Platform) string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = platforms.Format(p)
	}
	return strings.Join(names, ", ")
}

// warn notes what whoever builds should know.
func (c *compiler) warn(path, format string, args ...any) {
	c.warnings = append(c.warnings, c.spec.Errorf(path, format, args...))
}

// op are the constraints that every op has: its name in the progress, its stage
// as a group, and the place in the spec that it comes from.
func (c *compiler) op(stage, path, format string, args ...any) []llb.ConstraintsOpt {
	return c.opAt(stage, c.at(path), format, args...)
}

// opAt are the same for an op whose place is not in the spec.
func (c *compiler) opAt(stage string, at llb.ConstraintsOpt, format string, args ...any) []llb.ConstraintsOpt {
	label := "[" + stage + "] "
	if c.opt.MultiPlatformRequested {
		label = "[" + platforms.Format(c.opt.Platform) + " " + stage + "] "
	}
	opts := []llb.ConstraintsOpt{
		llb.WithCustomName(label + fmt.Sprintf(format, args...)),
		llb.ProgressGroup(label, label+stageTitle(stage), false),
		at,
	}
	if c.opt.NoCache != nil && c.opt.NoCache(stage) {
		opts = append(opts, llb.IgnoreCache)
	}
	return opts
}

// at points to the place of a path in the spec.
func (c *compiler) at(path string) llb.ConstraintsOpt {
	r, _ := c.spec.Range(path)
	return c.opt.SourceMap.Location([]*pb.Range{PBRange(r)})
}

// PBRange is a range of the spec's text as BuildKit takes it.
func PBRange(r spec.Range) *pb.Range {
	return &pb.Range{
		Start: &pb.Position{Line: int32(r.Start.Line), Character: int32(r.Start.Column - 1)},
		End:   &pb.Position{Line: int32(r.End.Line), Character: int32(r.End.Column - 1)},
	}
}
