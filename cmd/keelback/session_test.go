package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
)

func TestPushWithThePasswordOfDockersConfig(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "user" || password != "password" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		images.ServeHTTP(w, r)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	auth := base64.StdEncoding.EncodeToString([]byte("user:password"))
	text := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, auth)
	k := newKeelback(t, hello)
	ref, err := name.ParseReference(host + "/demo:1")
	if err != nil {
		t.Fatal(err)
	}
	out := k.buildDir("--push", "-t", ref.String())
	out.wantCode(t, exitFailed)
	wantText(t, out.stderr, "401 Unauthorized")

	config := os.Getenv("DOCKER_CONFIG")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// The daemon keeps answers of registries for a while; the name is another one.
	if ref, err = name.ParseReference(host + "/demo2:1"); err != nil {
		t.Fatal(err)
	}
	out = k.buildDir("--push", "-t", ref.String())
	out.wantCode(t, 0)
	desc, err := remote.Head(ref, remote.WithAuth(&authn.Basic{Username: "user", Password: "password"}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fmt.Sprintf("pushed %s@%s\n", ref, desc.Digest), out.stdout); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	if files := k.files(); len(files) > 0 {
		t.Errorf("files in the directory: %v", files)
	}
}

func TestSecretsReachTheBuild(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("Authorization"))
	}))
	defer server.Close()
	fetch := func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		return solve(ctx, c, llb.HTTP(server.URL, llb.Filename("answer"), llb.AuthHeaderSecret("token")))
	}
	k := newKeelback(t, fetch)
	secret := k.write("token", "from a file")
	k.buildDir("--secret", "id=token,src="+secret, "-o", k.path("out")).wantCode(t, 0)
	if data, err := os.ReadFile(k.path("out/answer")); err != nil || string(data) != "from a file" {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestARemoteContextIsReadByTheDaemon(t *testing.T) {
	t.Parallel()
	needBuildKit(t)
	var archive bytes.Buffer
	zip := gzip.NewWriter(&archive)
	w := tar.NewWriter(zip)
	text := "name: demo\ncommand: [a]\n"
	if err := w.WriteHeader(&tar.Header{Name: "keelback.yaml", Mode: 0o644, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, text)
	w.Close()
	zip.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(archive.Bytes())
	}))
	defer server.Close()

	k := newKeelback(t, showContext(func(ctx context.Context, ui *dockerui.Client) (*llb.State, error) {
		source, err := ui.ReadEntrypoint(ctx, "YAML")
		if err != nil {
			return nil, err
		}
		if string(source.Data) != text {
			return nil, fmt.Errorf("the spec is %q", source.Data)
		}
		return ui.MainContext(ctx)
	}))
	out := k.run("build", server.URL+"/demo.tar.gz", "--step", k.path("step"), "-o", k.path("out"))
	out.wantCode(t, 0)
	if data, err := os.ReadFile(k.path("out/keelback.yaml")); err != nil || string(data) != text {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestTheArchiveOfARemoteContextIsNamedByTheImage(t *testing.T) {
	needBuildKit(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	k := newKeelback(t, hello)
	step := k.path("step")
	t.Chdir(t.TempDir())
	k.run("build", server.URL+"/demo.tar.gz", "--step", step).wantCode(t, 0)
	if _, err := os.Stat("demo.oci.tar"); err != nil {
		t.Error(err)
	}
}
