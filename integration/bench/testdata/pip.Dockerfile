# The common multi-stage build: pip, on slim.
ARG PYTHON
FROM docker.io/library/python:${PYTHON} AS build
ARG INDEX
COPY requirements.txt .
RUN PIP_INDEX_URL=${INDEX} pip install --no-cache-dir --require-hashes --prefix=/install -r requirements.txt

FROM docker.io/library/python:${PYTHON}
WORKDIR /app
COPY --from=build /install /usr/local
COPY . .
USER 10001
ENTRYPOINT ["uvicorn"]
