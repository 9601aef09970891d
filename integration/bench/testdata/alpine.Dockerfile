# The same on Alpine. Of the libraries those are copied that the modules of the standard
# library need.
ARG PYTHON
FROM docker.io/library/python:${PYTHON} AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
ENV UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
ARG INDEX
RUN uv venv --python /usr/local/bin/python3.13 /opt/venv
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    VIRTUAL_ENV=/opt/venv UV_DEFAULT_INDEX=${INDEX} uv pip sync --require-hashes requirements.txt

FROM docker.io/library/alpine:3.22
COPY --from=build /usr/lib/libffi.so.8 /usr/lib/libbz2.so.1 /usr/lib/liblzma.so.5 /usr/lib/libsqlite3.so.0 /usr/lib/libuuid.so.1 /usr/lib/
COPY --from=build /usr/local/bin/python3.13 /usr/local/bin/
COPY --from=build /usr/local/lib/libpython3.13.so.1.0 /usr/local/lib/
COPY --from=build --exclude=site-packages --exclude=idlelib --exclude=ensurepip --exclude=config-* \
    /usr/local/lib/python3.13 /usr/local/lib/python3.13
COPY --from=build /opt/venv /opt/venv
ARG APP
COPY ${APP} /app/${APP}
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001
ENTRYPOINT ["uvicorn"]
