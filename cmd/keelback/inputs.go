package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/platforms"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/cmd/buildctl/build"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/spf13/pflag"
	"github.com/tonistiigi/fsutil"

	"github.com/keelback/keelback/spec"
)

// inputs are the flags about what is built, named as buildx names them.
type inputs struct {
	dir string

	file, target              string
	platforms, args, contexts []string
	labels, secrets, ssh      []string
	cacheFrom                 []string
	noCache, pull             bool
}

func (in *inputs) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&in.file, "file", "f", "", `spec to build (default "DIR/`+specName+`")`)
	flags.StringSliceVar(&in.platforms, "platform", nil, "platforms to build for, such as linux/arm64")
	flags.StringVar(&in.target, "target", "", "what to build: image (the default), debug, which has a shell and pip, or wheelhouse, the files of the lock")
	flags.StringArrayVar(&in.args, "build-arg", nil, "value of an argument that the spec declares: NAME=VALUE, or NAME to take it from the environment")
	flags.StringArrayVar(&in.contexts, "build-context", nil, "named context, which may replace an image: NAME=DIR, docker-image://REF, oci-layout://DIR[:TAG][@DIGEST], git or http URL")
	flags.StringArrayVar(&in.secrets, "secret", nil, "secret for build steps: id=ID,src=FILE or id=ID,env=NAME")
	flags.StringArrayVar(&in.ssh, "ssh", nil, "SSH agent socket or keys for build steps: default or ID[=SOCKET|KEY,...]")
	flags.StringArrayVar(&in.labels, "label", nil, "label of the image: NAME=VALUE")
	flags.StringArrayVar(&in.cacheFrom, "cache-from", nil, "cache to use: IMAGE or type=TYPE,...")
	flags.BoolVar(&in.noCache, "no-cache", false, "run all steps again")
	flags.BoolVar(&in.pull, "pull", false, "look for newer images even where a tag is known")
}

// remote tells whether the context is not a directory here but a URL.
func (in *inputs) remote() bool {
	if fi, err := os.Stat(in.dir); err == nil && fi.IsDir() {
		return false
	}
	if strings.HasPrefix(in.dir, "http://") || strings.HasPrefix(in.dir, "https://") {
		return true
	}
	_, ok, _ := dfgitutil.ParseGitRef(in.dir)
	return ok
}

// specFile is the path of the spec: on this machine, or in a remote context.
func (in *inputs) specFile() string {
	switch {
	case in.file != "":
		return in.file
	case in.remote():
		return specName
	default:
		return filepath.Join(in.dir, specName)
	}
}

// readSpec reads the spec and checks all that needs no build.
func (in *inputs) readSpec(env lookup) (*spec.Spec, error) {
	name := in.specFile()
	if fi, err := os.Stat(in.dir); err != nil {
		return nil, usagef("%s: neither a directory nor a URL", in.dir)
	} else if !fi.IsDir() {
		return nil, usagef("%s: not a directory (name the directory, and the spec in it with --file)", in.dir)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("%w (name the spec with --file)", err)
	}
	args, err := pairs("build-arg", in.args, env)
	if err != nil {
		return nil, err
	}
	for arg := range args {
		if spec.ReservedArg(arg) {
			delete(args, arg)
		}
	}
	s, err := spec.Parse(name, data, args)
	return s, mistaken(err, data)
}

// lookup finds a variable of the environment.
type lookup func(string) (string, bool)

// solveOpt turns the flags into what a solve is asked for, but for its outputs.
func (in *inputs) solveOpt(env lookup, config *configfile.ConfigFile) (client.SolveOpt, error) {
	opt := client.SolveOpt{
		FrontendAttrs: map[string]string{},
		LocalMounts:   map[string]fsutil.FS{},
		OCIStores:     map[string]content.Store{},
	}
	if err := in.setArgs(&opt, env, config); err != nil {
		return opt, err
	}
	for _, set := range []func(*client.SolveOpt) error{
		in.setContext, in.setNamedContexts, in.setLabels, in.setPlatforms, in.setCache,
	} {
		if err := set(&opt); err != nil {
			return opt, err
		}
	}
	var err error
	opt.Session, err = in.session(config)
	return opt, err
}

// setContext gives the frontend the main context and the spec.
func (in *inputs) setContext(opt *client.SolveOpt) error {
	file := in.specFile()
	if in.remote() {
		opt.FrontendAttrs["context"] = in.dir
		if !filepath.IsAbs(file) {
			opt.FrontendAttrs["filename"] = file
			return nil
		}
		opt.FrontendAttrs["dockerfilekey"] = dockerui.DefaultLocalNameDockerfile
	} else {
		abs, err := filepath.Abs(in.dir)
		if err != nil {
			return err
		}
		// The daemon finds what was sent of this directory before by this name.
		opt.SharedKey = abs
		if err := mount(opt, dockerui.DefaultLocalNameContext, in.dir); err != nil {
			return err
		}
	}
	opt.FrontendAttrs["filename"] = filepath.Base(file)
	return mount(opt, dockerui.DefaultLocalNameDockerfile, filepath.Dir(file))
}

func mount(opt *client.SolveOpt, name, dir string) error {
	fs, err := fsutil.NewFS(dir)
	if err != nil {
		return usageError{err}
	}
	opt.LocalMounts[name] = fs
	return nil
}

// setArgs passes the build arguments, and as such the epoch and the proxies.
func (in *inputs) setArgs(opt *client.SolveOpt, env lookup, config *configfile.ConfigFile) error {
	args, err := pairs("build-arg", in.args, env)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	for name, value := range args {
		opt.FrontendAttrs["build-arg:"+name] = value
		given[strings.ToUpper(name)] = true
	}
	for name, value := range inherited(env, config) {
		if !given[strings.ToUpper(name)] {
			opt.FrontendAttrs["build-arg:"+name] = value
		}
	}
	return nil
}

// inherited are the build arguments that nobody has to give: the epoch and the
// proxies of the environment, and the proxies of Docker's config file.
func inherited(env lookup, config *configfile.ConfigFile) map[string]string {
	args := map[string]string{}
	for name, value := range config.ParseProxyConfig("default", nil) {
		args[name] = *value
	}
	names := []string{"SOURCE_DATE_EPOCH"}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"} {
		names = append(names, name, strings.ToLower(name))
	}
	for _, name := range names {
		if value, ok := env(name); ok && value != "" {
			args[name] = value
		}
	}
	return args
}

func (in *inputs) setLabels(opt *client.SolveOpt) error {
	labels, err := pairs("label", in.labels, nil)
	for name, value := range labels {
		opt.FrontendAttrs["label:"+name] = value
	}
	return err
}

// pairs reads NAME=VALUE flags. A NAME alone has its value in the environment, and is
// as good as not given when that has none.
func pairs(flag string, values []string, env lookup) (map[string]string, error) {
	m := map[string]string{}
	for _, pair := range values {
		name, value, ok := strings.Cut(pair, "=")
		if name == "" {
			return nil, usagef("--%s %s: not of the form NAME=VALUE", flag, pair)
		}
		if !ok && env != nil {
			if value, ok = env(name); !ok {
				continue
			}
		}
		m[name] = value
	}
	return m, nil
}

func (in *inputs) setPlatforms(opt *client.SolveOpt) error {
	var names []string
	for _, name := range in.platforms {
		p, err := platforms.Parse(strings.TrimSpace(name))
		if err != nil {
			return usagef("--platform %s: %w", name, err)
		}
		if full := platforms.FormatAll(platforms.Normalize(p)); !slices.Contains(names, full) {
			names = append(names, full)
		}
	}
	if len(names) > 0 {
		opt.FrontendAttrs["platform"] = strings.Join(names, ",")
	}
	return nil
}

// setCache says which results may be taken from where, and what to build.
func (in *inputs) setCache(opt *client.SolveOpt) error {
	var err error
	if opt.CacheImports, err = caches(build.ParseImportCache, in.cacheFrom); err != nil {
		return usagef("--cache-from: %w", err)
	}
	if in.noCache {
		opt.FrontendAttrs["no-cache"] = ""
	}
	if in.pull {
		opt.FrontendAttrs["image-resolve-mode"] = "pull"
	}
	if in.target != "" {
		opt.FrontendAttrs["target"] = in.target
	}
	return nil
}
