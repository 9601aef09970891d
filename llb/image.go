package llb

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keelback/keelback/internal/report"
	"github.com/keelback/keelback/spec"
)

// Labels that say what the build found out.
const (
	labelSize     = "io.github.keelback.size"     // of all files on disk, in bytes
	labelPackages = "io.github.keelback.packages" // number of Python packages
	labelSlim     = "io.github.keelback.slim"     // what was left out, in one line
	labelSmoke    = "io.github.keelback.smoke"    // how the image was tried
)

// Describe puts into the labels of the image what is in it.
func (r *Result) Describe(m *report.Image) {
	r.Image.Config.Labels[labelSize] = strconv.FormatInt(m.Size, 10)
	r.Image.Config.Labels[labelPackages] = strconv.Itoa(m.Packages)
	r.Image.Config.Labels[labelSlim] = m.Slim()
}

// Tried puts into the labels of the image how it was tried.
func (r *Result) Tried(how string) { r.Image.Config.Labels[labelSmoke] = how }

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// imageConfig is the config of the image: what its base says, then what the spec
// says, then what the user says by --label.
func (c *compiler) imageConfig(layers []layer) *dockerspec.DockerOCIImage {
	s, opt := c.spec, c.opt
	img := &dockerspec.DockerOCIImage{}
	base := c.images.base.config
	img.History = history(base.History, layers)
	img.Config.Env = base.Config.Env
	img.Config.Labels = base.Config.Labels
	img.Platform = ocispecs.Platform{
		Architecture: opt.Platform.Architecture, Variant: opt.Platform.Variant,
		OS: opt.Platform.OS, OSVersion: opt.Platform.OSVersion, OSFeatures: opt.Platform.OSFeatures,
	}
	img.Config.User = strconv.Itoa(s.User.UID) + ":" + strconv.Itoa(s.User.GID)
	img.Config.WorkingDir = appDir
	img.Config.Cmd = slices.Clone(s.Command)
	img.Config.Env = env(s, opt, img.Config.Env)
	img.Config.ExposedPorts = set(s.Ports, func(port int) string { return strconv.Itoa(port) + "/tcp" })
	img.Config.Volumes = set(s.Writable, func(dir string) string { return dir })
	img.Config.Labels = labels(s, opt, img.Config.Labels)
	img.Config.Labels[labelSmoke] = c.smoked()
	img.Config.StopSignal = s.StopSignal
	img.Config.Healthcheck = healthcheck(s.Health)
	return img
}

// history says what each layer is, in words for the readers of `docker history`.
// Times are the exporter's to fill in.
func history(base []ocispecs.History, layers []layer) []ocispecs.History {
	h := slices.Clone(base)
	for _, l := range layers {
		h = append(h, ocispecs.History{CreatedBy: "keelback: " + l.name})
	}
	return h
}

// env is the environment of the service: the base's, ours, the spec's; the last one
// counts. Its order is that of the base, then of the names.
func env(s *spec.Spec, opt Options, base []string) []string {
	ours := map[string]string{
		"PATH":                    venvDir + "/bin:" + pathOf(base),
		"PYTHONUNBUFFERED":        "1",
		"PYTHONDONTWRITEBYTECODE": "1",
	}
	if dir := opt.Project.SourceDir; dir != "" {
		ours["PYTHONPATH"] = path.Join(appDir, dir)
	}
	if s.Optimize > 0 {
		ours["PYTHONOPTIMIZE"] = strconv.Itoa(s.Optimize)
	}
	maps.Copy(ours, threads(s))
	for name, v := range s.Env {
		ours[name] = v.Value
	}
	var list []string
	for _, kv := range base {
		name, _, _ := strings.Cut(kv, "=")
		if name == "PYTHONOPTIMIZE" || name == "PYTHONPYCACHEPREFIX" {
			continue // with them the image's bytecode would not be found
		}
		if v, ok := ours[name]; ok {
			kv = name + "=" + v
			delete(ours, name)
		}
		list = append(list, kv)
	}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		list = append(list, name+"="+ours[name])
	}
	return list
}

func pathOf(env []string) string {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok && v != "" {
			return v
		}
	}
	return defaultPath
}

// threads are the variables that native libraries take the number of their threads
// from.
func threads(s *spec.Spec) map[string]string {
	if s.Threads == 0 {
		return nil
	}
	n := strconv.Itoa(s.Threads)
	vars := map[string]string{
		"OMP_NUM_THREADS":        n,
		"OPENBLAS_NUM_THREADS":   n,
		"MKL_NUM_THREADS":        n,
		"NUMEXPR_NUM_THREADS":    n,
		"TOKENIZERS_PARALLELISM": strconv.FormatBool(s.Threads > 1),
	}
	if familyOf(s.Runtime.Base).musl {
		vars["OMP_STACKSIZE"] = "8M" // musl gives a thread 128 KiB; OpenMP code overruns that
	}
	return vars
}

// labels are the base's, those of the OCI image specification, the spec's, and the
// user's; the last one counts.
func labels(s *spec.Spec, opt Options, base map[string]string) map[string]string {
	all := map[string]string{}
	for name, v := range base {
		// What an image says of itself is not true of another that is built on it.
		if !strings.HasPrefix(name, "org.opencontainers.image.") && !strings.HasPrefix(name, "io.github.keelback.") {
			all[name] = v
		}
	}
	all[ocispecs.AnnotationTitle] = s.Name
	if s.Version != "" {
		all[ocispecs.AnnotationVersion] = s.Version
	}
	maps.Copy(all, s.Labels)
	maps.Copy(all, opt.Labels)
	return all
}

// set makes the form in which an image config lists ports and volumes.
func set[T any](values []T, key func(T) string) map[string]struct{} {
	if len(values) == 0 {
		return nil
	}
	m := map[string]struct{}{}
	for _, v := range values {
		m[key(v)] = struct{}{}
	}
	return m
}

// healthcheck is the config of the health check, in Docker's extension of the OCI
// image config.
func healthcheck(h *spec.Health) *dockerspec.HealthcheckConfig {
	if h == nil {
		return nil
	}
	return &dockerspec.HealthcheckConfig{
		Test:        append([]string{"CMD"}, healthCommand(h)...),
		Interval:    time.Duration(h.Interval),
		Timeout:     time.Duration(h.Timeout),
		StartPeriod: time.Duration(h.StartPeriod),
		Retries:     h.Retries,
	}
}
