package llb

import (
	"maps"
	"path"
	"slices"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
)

// Build secrets that steps with network use, when they are given.
const (
	// secretCA is a bundle of certificate authorities (PEM) for those who are behind
	// a proxy that ends TLS. It replaces the builder's own bundle.
	secretCA = "ca"

	// secretNetrc has the names and passwords of package indexes.
	secretNetrc = "netrc"
)

// caBundle is where both Alpine and Debian keep the system's authorities.
const caBundle = "/etc/ssl/certs/ca-certificates.crt"

// run adds a step that runs a program of the rootfs.
func (c *compiler) run(st llb.State, stage, path, name string, opts ...llb.RunOption) llb.ExecState {
	for _, o := range c.op(stage, path, "%s", name) {
		opts = append(opts, o)
	}
	return st.Run(append(opts, c.limits()...)...)
}

// online are the options of steps that use the network: the user's proxy, hosts and
// authorities, none of which becomes part of a layer.
func (c *compiler) online() []llb.RunOption {
	opts := []llb.RunOption{
		llb.With(llb.Network(c.opt.NetworkMode)),
		llb.AddSecret(caBundle, llb.SecretID(secretCA), llb.SecretOptional, llb.SecretFileOpt(0, 0, 0o444)),
	}
	if proxy := c.proxy(); proxy != (llb.ProxyEnv{}) {
		opts = append(opts, llb.WithProxy(proxy))
	}
	for _, h := range c.opt.ExtraHosts {
		opts = append(opts, llb.AddExtraHost(h.Host, h.IP))
	}
	return opts
}

// withNetrc gives a step the passwords of package indexes.
func withNetrc() llb.RunOption {
	return llb.AddSecret("/root/.netrc", llb.SecretID(secretNetrc), llb.SecretOptional)
}

// offline are the options of steps that must not use the network.
func offline() []llb.RunOption {
	return []llb.RunOption{llb.With(llb.Network(llb.NetModeNone))}
}

// proxy takes the build arguments that every frontend accepts. They are not in the
// cache key.
func (c *compiler) proxy() llb.ProxyEnv {
	var p llb.ProxyEnv
	for _, arg := range []struct {
		to    *string
		names []string
	}{
		{&p.HTTPProxy, []string{"HTTP_PROXY", "http_proxy"}},
		{&p.HTTPSProxy, []string{"HTTPS_PROXY", "https_proxy"}},
		{&p.FTPProxy, []string{"FTP_PROXY", "ftp_proxy"}},
		{&p.NoProxy, []string{"NO_PROXY", "no_proxy"}},
		{&p.AllProxy, []string{"ALL_PROXY", "all_proxy"}},
	} {
		for _, name := range arg.names {
			if v := c.opt.BuildArgs[name]; v != "" {
				*arg.to = v
			}
		}
	}
	return p
}

// limits are what the user allows the programs of the build, where the daemon
// knows them.
func (c *compiler) limits() []llb.RunOption {
	var opts []llb.RunOption
	can := func(id apicaps.CapID) bool { return c.opt.Caps.Supports(id) == nil }
	if c.opt.ShmSize > 0 && can(pb.CapExecMountTmpfsSize) {
		opts = append(opts, llb.AddMount("/dev/shm", llb.Scratch(), llb.Tmpfs(llb.TmpfsSize(c.opt.ShmSize))))
	}
	if can(pb.CapExecMetaUlimit) {
		for _, u := range c.opt.Ulimits {
			opts = append(opts, llb.AddUlimit(llb.UlimitName(u.Name), u.Soft, u.Hard))
		}
	}
	if r := c.opt.LinuxResources; r != nil && can(pb.CapExecMetaLinuxResources) {
		opts = append(opts, llb.WithLinuxResources(llb.LinuxResources{
			Memory: r.Memory, MemorySwap: r.MemorySwap, CPUShares: r.CpuShares, CPUPeriod: r.CpuPeriod,
			CPUQuota: r.CpuQuota, CpusetCpus: r.CpusetCpus, CpusetMems: r.CpusetMems,
		}))
	}
	if c.opt.Hostname != "" {
		opts = append(opts, llb.With(llb.Hostname(c.opt.Hostname)))
	}
	if c.opt.CgroupParent != "" && can(pb.CapExecMetaCgroupParent) {
		opts = append(opts, llb.WithCgroupParent(c.opt.CgroupParent))
	}
	return opts
}

// cacheID names a cache mount: of the user's namespace, the platform and the C
// library, since packages of one are of no use to another.
func (c *compiler) cacheID(dir string) string {
	id := "keelback/" + string(c.spec.Runtime.Base) + "/" + c.opt.Platform.Architecture + c.opt.Platform.Variant + dir
	if ns := c.opt.CacheIDNamespace; ns != "" {
		return path.Join(ns, id)
	}
	return id
}

// environment adds variables in the order of their names.
func environment(env map[string]string) []llb.RunOption {
	var opts []llb.RunOption
	for _, name := range slices.Sorted(maps.Keys(env)) {
		opts = append(opts, llb.AddEnv(name, env[name]))
	}
	return opts
}

// appendEach appends a flag for each value.
func appendEach(args []string, flag string, values []string) []string {
	for _, v := range values {
		args = append(args, flag, v)
	}
	return args
}
