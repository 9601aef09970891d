# The files of a lock, for the Python and the C library of a base image.
ARG PYTHON
FROM docker.io/library/python:${PYTHON} AS download
COPY requirements.txt bumped.txt /
RUN --mount=type=secret,id=ca,target=/ca.pem \
    [ ! -e /ca.pem ] || export PIP_CERT=/ca.pem; \
    for list in requirements bumped; do \
        pip download --no-deps --require-hashes --only-binary :all: -d /wheels -r /$list.txt || exit 1; \
    done

FROM scratch
COPY --from=download /wheels /
