# The frontend's image: two static programs and nothing else. Go crosses to the
# target's architecture, so nothing runs under emulation. Behind a proxy that ends
# TLS, its authorities go in as a secret: --secret id=ca,src=ca-certificates.crt
FROM --platform=$BUILDPLATFORM docker.io/library/golang:1.26 AS build
WORKDIR /src
COPY . .
ARG TARGETOS TARGETARCH
# The flags are the Makefile's: keelback-step must have the same bytes by every way
# that it comes, for they are a part of each step's cache key.
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" -o /out/ ./cmd/keelback-frontend ./cmd/keelback-step

FROM scratch
LABEL moby.buildkit.frontend.network.none="true" \
      moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring"
COPY --from=build /out/keelback-frontend /out/keelback-step /
ENTRYPOINT ["/keelback-frontend"]
