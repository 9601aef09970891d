package main

import (
	"context"
	"strings"
	"testing"

	"github.com/moby/buildkit/session/secrets"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestNetrcIsAHeaderForDownloads(t *testing.T) {
	t.Parallel()
	const file = "machine files.example.com login me password s3cret\nmachine other.example.com login you password x\n"
	given := map[string][]byte{"netrc": []byte(file), "HTTP_AUTH_HEADER_own.example.com": []byte("Bearer own")}
	server := withNetrc(secretsprovider.FromMap(given)).(secrets.SecretsServer)
	for _, test := range []struct{ id, want string }{
		{"HTTP_AUTH_HEADER_files.example.com", "Basic bWU6czNjcmV0"},
		{"HTTP_AUTH_HEADER_own.example.com", "Bearer own"},
		{"HTTP_AUTH_HEADER_third.example.com", ""},
		{"HTTP_AUTH_TOKEN_files.example.com", ""},
		{"netrc", file},
	} {
		res, err := server.GetSecret(context.Background(), &secrets.GetSecretRequest{ID: test.id})
		if test.want == "" {
			if status.Code(err) != codes.NotFound {
				t.Errorf("%s: %v, %v (want: not found)", test.id, res, err)
			}
			continue
		}
		if err != nil || string(res.Data) != test.want {
			t.Errorf("%s: %q, %v (want %q)", test.id, res.GetData(), err, test.want)
		}
	}
}

func TestNetrcThatIsNoneIsNotShown(t *testing.T) {
	t.Parallel()
	server := withNetrc(secretsprovider.FromMap(map[string][]byte{"netrc": []byte("password s3cret machine")})).(secrets.SecretsServer)
	_, err := server.GetSecret(context.Background(), &secrets.GetSecretRequest{ID: "HTTP_AUTH_HEADER_files.example.com"})
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error is %v", err)
	}
}
