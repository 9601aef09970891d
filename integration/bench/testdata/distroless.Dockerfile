# The best that we can write by hand: no package manager and no shell in the image,
# dependencies in a layer of their own, bytecode that is the same in each build. The
# build is given SOURCE_DATE_EPOCH, and its output rewrite-timestamp=true.
ARG PYTHON
FROM docker.io/library/python:${PYTHON} AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
ENV UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
ARG INDEX
RUN uv venv --python /usr/local/bin/python3.14 /opt/venv
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    VIRTUAL_ENV=/opt/venv UV_DEFAULT_INDEX=${INDEX} uv pip sync --require-hashes requirements.txt

FROM gcr.io/distroless/base-nossl-debian13
# bin/python3.14 of this build of CPython is linked with all that it needs: libpython,
# which it does not load, would be 8 MB more.
COPY --from=build /usr/local/bin/python3.14 /usr/local/bin/
COPY --from=build --exclude=site-packages --exclude=tkinter --exclude=config-* \
    /usr/local/lib/python3.14 /usr/local/lib/python3.14
# What the wheels of the services need and the base does not have, found by trying.
COPY --from=build /usr/lib/x86_64-linux-gnu/libgcc_s.so.1 /usr/lib/x86_64-linux-gnu/libstdc++.so.6 \
    /usr/lib/x86_64-linux-gnu/libz.so.1 /usr/lib/x86_64-linux-gnu/
COPY --from=build /opt/venv /opt/venv
ARG APP
COPY ${APP} /app/${APP}
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001
ENTRYPOINT ["uvicorn"]
