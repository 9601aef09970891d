# Reads a file of each base image, so that the daemon has them unpacked.
FROM scratch
COPY --from=docker.io/library/python:3.13-alpine3.22 /etc/os-release /a
COPY --from=docker.io/library/python:3.14-slim-trixie /etc/os-release /b
COPY --from=docker.io/library/alpine:3.22 /etc/os-release /c
COPY --from=gcr.io/distroless/base-nossl-debian13 /etc/os-release /d
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /e
