package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/secrets"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// netrcSecret has names and passwords for package indexes, by host.
	netrcSecret = "netrc"

	// headerSecret and a host are the name by which BuildKit asks for the header of a
	// download (source/http of BuildKit).
	headerSecret = "HTTP_AUTH_HEADER_"
)

// netrcSecrets are the secrets of a build, to which those are added that the secret
// netrc has of hosts: BuildKit's downloads know of headers only.
type netrcSecrets struct{ secrets.SecretsServer }

// withNetrc adds what a netrc file says to the secrets of a build.
func withNetrc(all session.Attachable) session.Attachable {
	if server, ok := all.(secrets.SecretsServer); ok {
		return netrcSecrets{server}
	}
	return all
}

// Register makes the secrets known to the session.
func (s netrcSecrets) Register(server *grpc.Server) { secrets.RegisterSecretsServer(server, s) }

// GetSecret gives a secret by its id.
func (s netrcSecrets) GetSecret(ctx context.Context, req *secrets.GetSecretRequest) (*secrets.GetSecretResponse, error) {
	res, err := s.SecretsServer.GetSecret(ctx, req)
	host, ok := strings.CutPrefix(req.ID, headerSecret)
	if err == nil || !ok || status.Code(err) != codes.NotFound {
		return res, err
	}
	file, ferr := s.SecretsServer.GetSecret(ctx, &secrets.GetSecretRequest{ID: netrcSecret})
	if ferr != nil {
		return nil, err
	}
	header, ferr := basicAuth(string(file.Data), host)
	if ferr != nil {
		return nil, ferr
	}
	if header == "" {
		return nil, err
	}
	return &secrets.GetSecretResponse{Data: []byte(header)}, nil
}

// basicAuth is the header (RFC 7617) for a host that a netrc file has an entry of, or
// empty. What is wrong with the file is not shown: it is made of passwords.
func basicAuth(file, host string) (string, error) {
	fields := netrcFields(file)
	for i := 0; i < len(fields); {
		machine := ""
		switch {
		case fields[i] == "default":
			machine = host
			i++
		case fields[i] == "machine" && i+1 < len(fields):
			machine = fields[i+1]
			i += 2
		default:
			return "", fmt.Errorf("secret %s: not a netrc file (machine HOST login NAME password PASSWORD)", netrcSecret)
		}
		entry := map[string]string{}
		for ; i+1 < len(fields) && (fields[i] == "login" || fields[i] == "password" || fields[i] == "account"); i += 2 {
			entry[fields[i]] = fields[i+1]
		}
		if machine == host {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte(entry["login"]+":"+entry["password"])), nil
		}
	}
	return "", nil
}

// netrcFields are the words of a netrc file, without comments and macros.
func netrcFields(file string) []string {
	var fields []string
	macro := false
	for line := range strings.Lines(file) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			macro = false
		case macro || strings.HasPrefix(words[0], "#"):
		case words[0] == "macdef":
			macro = true
		default:
			fields = append(fields, words...)
		}
	}
	return fields
}
