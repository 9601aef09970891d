package main

import (
	"fmt"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/cmd/buildctl/build"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"
)

// session is what the daemon may ask this process for while it builds.
func (in *inputs) session(config *configfile.ConfigFile) ([]session.Attachable, error) {
	attached := []session.Attachable{
		authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
			AuthConfigProvider: authprovider.LoadAuthConfig(config),
		}),
	}
	if len(in.secrets) > 0 {
		secrets, err := build.ParseSecret(in.secrets)
		if err != nil {
			return nil, usagef("--secret: %w", err)
		}
		attached = append(attached, withNetrc(secrets))
	}
	if len(in.ssh) > 0 {
		agents, err := build.ParseSSH(in.ssh)
		if err != nil {
			return nil, usagef("--ssh: %w", err)
		}
		ssh, err := sshprovider.NewSSHAgentProvider(agents)
		if err != nil {
			return nil, usagef("--ssh: %w", err)
		}
		attached = append(attached, ssh)
	}
	return attached, nil
}

// caches parses cache flags, in which an image stands for a cache in its registry.
func caches(parse func([]string) ([]client.CacheOptionsEntry, error), values []string) ([]client.CacheOptionsEntry, error) {
	full := make([]string, len(values))
	for i, value := range values {
		switch {
		case !strings.Contains(value, "="):
			value = "type=registry,ref=" + value
		case !strings.Contains(value, "type="):
			return nil, fmt.Errorf("%s: no type=TYPE", value)
		}
		full[i] = value
	}
	return parse(full)
}
