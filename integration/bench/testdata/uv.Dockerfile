# The multi-stage Dockerfile of uv's documentation, with the commands for
# requirements.txt. COMPILE is uv's switch for bytecode.
ARG PYTHON
FROM docker.io/library/python:${PYTHON} AS builder
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
ARG COMPILE=0
ENV UV_COMPILE_BYTECODE=${COMPILE} UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
ARG INDEX
WORKDIR /app
RUN uv venv
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    UV_DEFAULT_INDEX=${INDEX} uv pip sync --require-hashes requirements.txt
COPY . /app

FROM docker.io/library/python:${PYTHON}
COPY --from=builder --chown=10001:10001 /app /app
ENV PATH="/app/.venv/bin:$PATH"
USER 10001
WORKDIR /app
ENTRYPOINT ["uvicorn"]
